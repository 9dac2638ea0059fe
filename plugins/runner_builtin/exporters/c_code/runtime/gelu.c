/* z Phi(z) by its tanh formula. */
static void gelu(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const real z = x[i];
        x[i] = (real)0.5 * z * (1 + TANH((real)0.7978845608028654 * (z + (real)0.044715 * z * z * z)));
    }
}
