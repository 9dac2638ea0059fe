/* Weight counts: 1 + log(count) where that is wanted, times the weight of the term. */
static void weigh(real *x, int32_t n, int sublinear, const real *weights) {
    for (int32_t i = 0; i < n; i++) {
        if (x[i] != 0) {
            x[i] = sublinear ? 1 + LOG(x[i]) : x[i];
            x[i] *= weights == NULL ? 1 : weights[i];
        }
    }
}
