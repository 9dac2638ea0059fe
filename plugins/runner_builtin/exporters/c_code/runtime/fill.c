/* Put a number in the place of each missing one. */
static void fill(real *x, int32_t n, const real *filling) {
    for (int32_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            x[i] = filling[i];
        }
    }
}
