/* Replace numbers by log(1 + x). Returns 0 where one is negative. */
static int logarithm(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        if (x[i] < 0) {
            return 0;
        }
        x[i] = LOG1P(x[i]);
    }
    return 1;
}
