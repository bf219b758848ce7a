# Completion of graddiff for fish, made by: graddiff --completion fish
function __graddiff_names
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    set -l before (string match -r '^.*,' -- $typed)
    for token in $tokens[2..-1]
        if not string match -q -- '-*' $token
            string match -ra '[\p{L}_][\p{L}\p{N}_]*\s*[(]?' -- $token | string match -rv '[(]$' |
                string trim | sort -u | string match -rv '^(abs|acos|acosh|acot|acoth|acsc|acsch|arccos|arccosh|arccot|arccoth|arccsc|arccsch|arcosh|arcoth|arcsch|arcsec|arcsech|arcsin|arcsinh|arctan|arctan2|arctanh|arsech|arsinh|artanh|asec|asech|asin|asinh|atan|atan2|atanh|cbrt|ceil|clamp|cos|cosh|cot|coth|csc|csch|e|erf|erfc|exp|expm1|floor|gelu|hypot|leaky_relu|ln|log|log10|log1p|log2|logaddexp|max|min|mod|pi|relu|round|sec|sech|sigmoid|sign|silu|sin|sinh|softplus|sqrt|step|tan|tanh|tau|where)$' |
                string replace -r '^(.*)$' "$before"'$1='
            return
        end
    end
end

complete -c graddiff -f
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l at -x -a '(__graddiff_names)' -d 'Bind variables; @FILE reads a JSON object'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l file -r -F -d 'Read the expression from a file; - is standard input'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l wrt -x -a '(__graddiff_names | string replace = "")' -d 'Differentiate by these names only'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l format -x -a 'tree json latex markdown dot mermaid svg html python numpy c pytorch jax csv jsonl parquet arrow' -d 'What to write - tree, json, latex, markdown; dot, mermaid, svg, html; python, numpy, c, pytorch, jax; csv, jsonl, parquet, arrow for --data'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l json -d 'Short for --format json'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l no-graph -d 'Leave nodes and edges out of the JSON'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l mode -x -a 'reverse forward both' -d 'Show adjoints, tangents or both'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l explain -d 'Tell both passes line by line, with the numbers put in'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l paths -x -d 'Every path from X to the output, and their sum'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l hessian -d 'All second derivatives'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l jacobian -d 'The derivatives of several outputs - x*y; x+sin(y)'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l along -x -d 'The slope in a direction, the Hessian times it'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l order -x -d 'Derivatives in one variable up to order N'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l verify -d 'Compare each derivative with three others; exit code 1 if one differs'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l value -d 'Write the value alone, one bare number'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l gradient -x -a '(__graddiff_names | string replace = "")' -d 'Write the derivative by X alone, one bare number'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l expect -x -a '(__graddiff_names)' -d 'Compare - value, x or gradient.x, p.value, p.adjoint'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l rtol -x -d 'Relative tolerance of --expect'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l atol -x -d 'Absolute tolerance of --expect'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l exact -d 'Compute with fractions'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l precision -x -d 'Compute with N digits; needs an extra'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l each -d 'Answer every line of standard input or --file - expressions, JSON records'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l data -r -F -d 'Answer every row of a table, or of a folder of them; - is a pipe'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l data-format -x -a 'csv jsonl parquet arrow' -d 'What --data is, where no suffix says it'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l output -r -F -d 'Write into a file; its suffix says its format'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l jobs -x -d 'Processes for --data'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l engine -x -a 'auto rows columns dask' -d 'How --data is answered - columns and dask need extras'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l scheduler -x -d 'Of a Dask cluster that runs already, for --engine dask'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l no-input -d 'Leave the columns of --data out of the output'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l fail-fast -d 'Stop at the first row or line that fails'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l line-buffered -d 'Write each row or line as soon as it is answered'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l digits -x -d 'Significant digits'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l depth -x -d 'Draw so many levels of the tree'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l all -d 'Draw everything, however large'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l ascii -d 'Draw with ASCII characters only'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l color -x -a 'auto always never' -d 'When to use colour; NO_COLOR and FORCE_COLOR are obeyed'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l width -x -d 'Columns to draw in, instead of those of the terminal'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l schema -d 'Write the JSON Schema of the JSON output'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l completion -x -a 'bash zsh fish' -d 'Write the completion script for a shell'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -l version -d 'Write the version'
complete -c graddiff -n 'not __fish_seen_subcommand_from functions check lint key repl' -s h -l help -d 'Show this message and exit'
complete -c graddiff -n '__fish_seen_subcommand_from functions' -l json -d 'Write JSON'
complete -c graddiff -n '__fish_seen_subcommand_from functions' -l ascii -d 'Draw with ASCII characters only'
complete -c graddiff -n '__fish_seen_subcommand_from functions' -l color -x -a 'auto always never' -d 'When to use colour; NO_COLOR and FORCE_COLOR are obeyed'
complete -c graddiff -n '__fish_seen_subcommand_from functions' -l width -x -d 'Columns to draw in, instead of those of the terminal'
complete -c graddiff -n '__fish_seen_subcommand_from functions' -s h -l help -d 'Show this message and exit'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l format -x -a 'text json jsonl csv junit github gradescope classroom tap' -d 'What to write'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l output -r -F -d 'Write into a file; its suffix says the format'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l show-answers -d 'Show the right answers'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l all -d 'Show what is right, too, for a class'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l exit-zero -d 'Exit with 0 though something is wrong, for graders that want it'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l jobs -x -d 'Processes for a class'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l ascii -d 'Draw with ASCII characters only'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l color -x -a 'auto always never' -d 'When to use colour; NO_COLOR and FORCE_COLOR are obeyed'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l width -x -d 'Columns to draw in, instead of those of the terminal'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l schema -d 'Write the JSON Schema'
complete -c graddiff -n '__fish_seen_subcommand_from check' -l mistakes -d 'List the mistakes that are recognized, by the names that credit = { … } takes'
complete -c graddiff -n '__fish_seen_subcommand_from check' -s h -l help -d 'Show this message and exit'
complete -c graddiff -n '__fish_seen_subcommand_from lint' -l json -d 'Write JSON, a finding a line'
complete -c graddiff -n '__fish_seen_subcommand_from lint' -s h -l help -d 'Show this message and exit'
complete -c graddiff -n '__fish_seen_subcommand_from key' -l format -x -a 'text toml json' -d 'What to write'
complete -c graddiff -n '__fish_seen_subcommand_from key' -l ascii -d 'Draw with ASCII characters only'
complete -c graddiff -n '__fish_seen_subcommand_from key' -l color -x -a 'auto always never' -d 'When to use colour; NO_COLOR and FORCE_COLOR are obeyed'
complete -c graddiff -n '__fish_seen_subcommand_from key' -l width -x -d 'Columns to draw in, instead of those of the terminal'
complete -c graddiff -n '__fish_seen_subcommand_from key' -s h -l help -d 'Show this message and exit'
complete -c graddiff -n '__fish_seen_subcommand_from repl' -s h -l help -d 'Show this message and exit'
complete -c graddiff -n '__fish_is_first_token' -a functions -d 'Lists the operations'
complete -c graddiff -n '__fish_seen_subcommand_from functions' -a 'abs acos acosh acot acoth acsc acsch arccos arccosh arccot arccoth arccsc arccsch arcosh arcoth arcsch arcsec arcsech arcsin arcsinh arctan arctan2 arctanh arsech arsinh artanh asec asech asin asinh atan atan2 atanh cbrt ceil clamp cos cosh cot coth csc csch erf erfc exp expm1 floor gelu hypot leaky_relu ln log log10 log1p log2 logaddexp max min mod relu round sec sech sigmoid sign silu sin sinh softplus sqrt step tan tanh where'
complete -c graddiff -n '__fish_is_first_token' -a check -d 'Grades ANSWERS, files or folders of them, to the problems of HOMEWORK'
complete -c graddiff -n '__fish_seen_subcommand_from check' -F
complete -c graddiff -n '__fish_is_first_token' -a lint -d 'Looks for what is unwise in a homework'
complete -c graddiff -n '__fish_seen_subcommand_from lint' -F
complete -c graddiff -n '__fish_is_first_token' -a key -d 'Writes the answers to a homework'
complete -c graddiff -n '__fish_seen_subcommand_from key' -F
complete -c graddiff -n '__fish_is_first_token' -a repl -d 'A prompt that keeps an expression, its bindings and options, and answers anew whenever one of them changes'
complete -c graddiff -n '__fish_seen_subcommand_from repl' -a ''
