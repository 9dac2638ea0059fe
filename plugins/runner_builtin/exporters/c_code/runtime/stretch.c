/* Multiply each number and add to it. */
static void stretch(real *x, int32_t n, const real *factor, const real *shift) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = x[i] * factor[i] + shift[i];
    }
}
