/* Value and all partials, row by row, as one writes them by hand: gcc -O3 -march=native -ffast-math is not used, since
   it changes results. */
#include <math.h>

void product(long n, const double *x, const double *y, const double *z, double *f, double *fx, double *fy, double *fz) {
    for (long i = 0; i < n; i++) {
        double s = x[i] + y[i];
        f[i] = s * z[i];
        fx[i] = z[i];
        fy[i] = z[i];
        fz[i] = s;
    }
}

void logistic(long n, const double *w0, const double *x0, const double *w1, const double *x1, const double *w2, double *f,
              double *g0, double *h0, double *g1, double *h1, double *g2) {
    for (long i = 0; i < n; i++) {
        double e = exp(-(w0[i] * x0[i] + w1[i] * x1[i] + w2[i]));
        double s = 1 / (1 + e);
        double d = s * s * e;
        f[i] = s;
        g0[i] = d * x0[i];
        h0[i] = d * w0[i];
        g1[i] = d * x1[i];
        h1[i] = d * w1[i];
        g2[i] = d;
    }
}

void molecule(long n, const double *x, const double *y, const double *z, const double *u, const double *v, const double *w,
              double *f, double *fx, double *fy, double *fz, double *fu, double *fv, double *fw) {
    for (long i = 0; i < n; i++) {
        double r = sqrt(x[i] * x[i] + y[i] * y[i] + z[i] * z[i]), s = sqrt(u[i] * u[i] + v[i] * v[i] + w[i] * w[i]);
        double dx = x[i] - u[i], dy = y[i] - v[i], dz = z[i] - w[i], q = dx * dx + dy * dy + dz * dz;
        double dot = x[i] * u[i] + y[i] * v[i] + z[i] * w[i], c = dot / (r * s), m = 1.4 * (c + .25) / (r * s);
        double er = exp(1.15 - 1.2 * r), es = exp(1.15 - 1.2 * s), repulsion = .3 / sqrt(q), k = repulsion / q;
        double pull = 10.8 * er * (1 - er) / r - m * dot / (r * r), push = 10.8 * es * (1 - es) / s - m * dot / (s * s);
        f[i] = 4.5 * (1 - er) * (1 - er) + 4.5 * (1 - es) * (1 - es) + repulsion + .7 * (c + .25) * (c + .25);
        fx[i] = pull * x[i] + m * u[i] - k * dx;
        fy[i] = pull * y[i] + m * v[i] - k * dy;
        fz[i] = pull * z[i] + m * w[i] - k * dz;
        fu[i] = push * u[i] + m * x[i] + k * dx;
        fv[i] = push * v[i] + m * y[i] + k * dy;
        fw[i] = push * w[i] + m * z[i] + k * dz;
    }
}

void mixture(long n, const double *x, const double *y, double *f, double *fx, double *fy) {
    static const double weight[6] = {.3, .2, .1, .2, .1, .1}, a[6] = {-1, .4, 2, -.3, 1.2, 0};
    static const double b[6] = {.5, 1.5, -.8, -1.7, .2, 0}, narrow[6] = {.7, 1.9, .4, 1.1, 2.5, .2};
    for (long i = 0; i < n; i++) {
        double total = 0, sx = 0, sy = 0;
        for (int k = 0; k < 6; k++) {
            double dx = x[i] - a[k], dy = y[i] - b[k];
            double e = weight[k] * exp(-narrow[k] * (dx * dx + dy * dy));
            total += e;
            sx -= 2 * narrow[k] * e * dx;
            sy -= 2 * narrow[k] * e * dy;
        }
        f[i] = log(total);
        fx[i] = sx / total;
        fy[i] = sy / total;
    }
}

void network(long n, const double *x, const double *y, const double *t, double *f, double *fx, double *fy, double *ft) {
    static const double a[6] = {.5, -.3, .8, .1, -.7, .4}, b[6] = {.2, .9, -.4, .6, .3, -.8};
    static const double c[6] = {.1, -.2, .3, 0, -.1, .2}, v[6] = {1.5, -.5, .7, -1.1, .9, .3};
    for (long i = 0; i < n; i++) {
        double o = .25, ox = 0, oy = 0;
        for (int k = 0; k < 6; k++) {
            double h = tanh(a[k] * x[i] + b[k] * y[i] + c[k]);
            double d = v[k] * (1 - h * h);
            o += v[k] * h;
            ox += d * a[k];
            oy += d * b[k];
        }
        double r = o - t[i];
        f[i] = r * r;
        fx[i] = 2 * r * ox;
        fy[i] = 2 * r * oy;
        ft[i] = -2 * r;
    }
}
