/* y = x W + b in whole numbers: each row of inputs is brought to `levels`, which the sums cannot overflow with. */
static void dense_int8(const real *x, int32_t n_in, int32_t levels, const int8_t *weights, const real *scale,
                       const real *bias, int32_t *sums, real *y, int32_t n_out) {
    real largest = 0;
    for (int32_t i = 0; i < n_in; i++) {
        if (!isfinite(x[i])) {
            largest = x[i];
            break;
        }
        if (FABS(x[i]) > largest) {
            largest = FABS(x[i]);
        }
    }
    for (int32_t j = 0; j < n_out; j++) {
        sums[j] = 0;
        /* What is missing or infinite stays so; the model refuses it. */
        y[j] = isfinite(largest) ? bias[j] : largest;
    }
    if (!isfinite(largest) || largest == 0) {
        return;
    }
    const real unit = largest / (real)levels;
    for (int32_t i = 0; i < n_in; i++, weights += n_out) {
        if (x[i] != 0) {
            const int32_t whole = clamped(x[i] / unit, levels);
            for (int32_t j = 0; j < n_out; j++) {
                sums[j] += whole * weights[j];
            }
        }
    }
    for (int32_t j = 0; j < n_out; j++) {
        y[j] += (real)sums[j] * (unit * scale[j]);
    }
}
