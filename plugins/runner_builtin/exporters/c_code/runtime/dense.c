/* y = x W + b. weights: a row for each input. Inputs that are 0, as most are of texts, cost nothing. */
static void dense(const real *x, int32_t n_in, const real *weights, const real *bias, real *y, int32_t n_out) {
    for (int32_t j = 0; j < n_out; j++) {
        y[j] = bias[j];
    }
    for (int32_t i = 0; i < n_in; i++, weights += n_out) {
        const real value = x[i];
        if (value != 0) {
            for (int32_t j = 0; j < n_out; j++) {
                y[j] += value * weights[j];
            }
        }
    }
}
