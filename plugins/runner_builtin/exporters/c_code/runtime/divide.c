/* Divide all numbers by one. */
static void divide(real *x, int32_t n, real by) {
    for (int32_t i = 0; i < n; i++) {
        x[i] /= by;
    }
}
