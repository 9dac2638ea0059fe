/* Make numbers sum to 1. */
static void share(real *x, int32_t n) {
    real sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += x[i];
    }
    for (int32_t i = 0; sum > 0 && i < n; i++) {
        x[i] /= sum;
    }
}
