/* exp(x), made to sum to 1. */
static void softmax(real *x, int32_t n) {
    real largest = x[0], sum = 0;
    for (int32_t i = 1; i < n; i++) {
        largest = x[i] > largest ? x[i] : largest;
    }
    for (int32_t i = 0; i < n; i++) {
        x[i] = EXP(x[i] - largest);
        sum += x[i];
    }
    for (int32_t i = 0; i < n; i++) {
        x[i] /= sum;
    }
}
