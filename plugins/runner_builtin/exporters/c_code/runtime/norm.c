/* Divide numbers by their norm, unless it is 0. power: 2, 1, or 0 for the largest. */
static void norm(real *x, int32_t n, int power) {
    real size = 0;
    for (int32_t i = 0; i < n; i++) {
        const real part = power == 2 ? x[i] * x[i] : FABS(x[i]);
        size = power != 0 ? size + part : part > size ? part : size;
    }
    size = power == 2 ? SQRT(size) : size;
    for (int32_t i = 0; size > 0 && i < n; i++) {
        x[i] /= size;
    }
}
