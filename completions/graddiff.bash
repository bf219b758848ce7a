# Completion of graddiff for bash, made by: graddiff --completion bash
_graddiff_names() {
    printf '%s\n' "$1" | grep -oE '[[:alpha:]_][[:alnum:]_]*[[:space:]]*[(]?' | grep -v '[(]$' |
        tr -d '[:blank:]' | sort -u | grep -vxE 'abs|acos|acosh|acot|acoth|acsc|acsch|arccos|arccosh|arccot|arccoth|arccsc|arccsch|arcosh|arcoth|arcsch|arcsec|arcsech|arcsin|arcsinh|arctan|arctan2|arctanh|arsech|arsinh|artanh|asec|asech|asin|asinh|atan|atan2|atanh|cbrt|ceil|clamp|cos|cosh|cot|coth|csc|csch|e|erf|erfc|exp|expm1|floor|gelu|hypot|leaky_relu|ln|log|log10|log1p|log2|logaddexp|max|min|mod|pi|relu|round|sec|sech|sigmoid|sign|silu|sin|sinh|softplus|sqrt|step|tan|tanh|tau|where' | sed 's/$/=/'
}

_graddiff() {
    local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} words='--at --file --wrt --format --json --no-graph --mode --explain --paths --hessian --jacobian --along --order --verify --value --gradient --expect --rtol --atol --exact --precision --each --data --data-format --output --jobs --engine --scheduler --no-input --fail-fast --line-buffered --digits --depth --all --ascii --color --width --schema --completion --version -h --help'
    local before=${COMP_WORDS[COMP_CWORD-1]} typed quoted='("[^"]*"|'"'[^']*'"')'
    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}
    if [[ $line =~ --(at|wrt|gradient|expect)(=|[[:space:]]+)([^[:space:]]*)$ ]]; then
        typed=${BASH_REMATCH[3]}
        local option=${BASH_REMATCH[1]} expression=${COMP_WORDS[1]} bound name
        [[ $COMP_LINE =~ $quoted ]] && expression=${BASH_REMATCH[1]}
        [[ $expression == -* ]] && expression=
        [[ ${typed##*,} == *=* ]] && return
        bound=,${typed%"${typed##*,}"}
        for name in $(_graddiff_names "$expression"); do
            [[ $bound == *",$name"* || $name != "${typed##*,}"* ]] && continue
            [[ $option == wrt || $option == gradient ]] && name=${name%=}
            COMPREPLY+=("${typed%"${typed##*,}"}$name")
        done
        [[ $COMP_WORDBREAKS == *=* && $typed == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"${typed%=*}="}")
        compopt -o nospace 2>/dev/null
        return
    fi
    local command=${COMP_WORDS[1]} files=
    [[ ' functions check lint key repl minimize ' == *" $command "* ]] || command=
    case "$command $before" in
        ' --file') COMPREPLY=($(compgen -f -- "$word")); return ;;
        ' --format') COMPREPLY=($(compgen -W 'tree json latex markdown dot mermaid svg html python numpy c pytorch jax csv jsonl parquet arrow' -- "$word")); return ;;
        ' --mode') COMPREPLY=($(compgen -W 'reverse forward both' -- "$word")); return ;;
        ' --data') COMPREPLY=($(compgen -f -- "$word")); return ;;
        ' --data-format') COMPREPLY=($(compgen -W 'csv jsonl parquet arrow' -- "$word")); return ;;
        ' --output') COMPREPLY=($(compgen -f -- "$word")); return ;;
        ' --engine') COMPREPLY=($(compgen -W 'auto rows columns dask' -- "$word")); return ;;
        ' --color') COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
        ' --completion') COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")); return ;;
        'functions --color') COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
        'check --format') COMPREPLY=($(compgen -W 'text json jsonl csv junit github gradescope classroom tap' -- "$word")); return ;;
        'check --output') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'check --color') COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;

        'key --format') COMPREPLY=($(compgen -W 'text toml json' -- "$word")); return ;;
        'key --color') COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;

        'minimize --file') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --optimizer') COMPREPLY=($(compgen -W 'sgd momentum nesterov adagrad rmsprop adam adamw lbfgs' -- "$word")); return ;;
        'minimize --data') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --data-format') COMPREPLY=($(compgen -W 'arrow csv jsonl parquet' -- "$word")); return ;;
        'minimize --test-data') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --engine') COMPREPLY=($(compgen -W 'auto rows columns' -- "$word")); return ;;
        'minimize --format') COMPREPLY=($(compgen -W 'table json jsonl csv' -- "$word")); return ;;
        'minimize --plot') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --save') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --resume') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --output') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'minimize --color') COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
    esac
    case $command in
        functions) words='--json --ascii --color --width -h --help abs acos acosh acot acoth acsc acsch arccos arccosh arccot arccoth arccsc arccsch arcosh arcoth arcsch arcsec arcsech arcsin arcsinh arctan arctan2 arctanh arsech arsinh artanh asec asech asin asinh atan atan2 atanh cbrt ceil clamp cos cosh cot coth csc csch erf erfc exp expm1 floor gelu hypot leaky_relu ln log log10 log1p log2 logaddexp max min mod relu round sec sech sigmoid sign silu sin sinh softplus sqrt step tan tanh where' ;;
        check) words='--format --output --show-answers --all --exit-zero --jobs --ascii --color --width --schema --mistakes -h --help'; files=1 ;;
        lint) words='--json -h --help'; files=1 ;;
        key) words='--format --ascii --color --width -h --help'; files=1 ;;
        repl) words='-h --help' ;;
        minimize) words='--at --file --wrt --random --random-seed --optimizer --lr --set --steps --tolerance --patience --data --data-format --epochs --batch-size --shuffle-seed --test-data --engine --format --json --explain --plot --save --resume --output --digits --ascii --color --width --optimizers -h --help' ;;
    esac
    [[ $COMP_CWORD == 1 ]] && words+=' functions check lint key repl minimize'
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    [[ $files && $word != -* ]] && COMPREPLY=($(compgen -f -- "$word"))
    return 0
}

complete -F _graddiff graddiff
