/* max(0, z). */
static void relu(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = x[i] > 0 ? x[i] : 0;
    }
}
