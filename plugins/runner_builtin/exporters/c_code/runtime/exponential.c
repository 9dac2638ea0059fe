/* exp(x), of each number. */
static void exponential(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = EXP(x[i]);
    }
}
