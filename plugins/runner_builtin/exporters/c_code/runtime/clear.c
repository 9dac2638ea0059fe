/* Set all numbers to 0. */
static void clear(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = 0;
    }
}
