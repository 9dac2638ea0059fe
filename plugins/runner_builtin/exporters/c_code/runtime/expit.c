/* 1 / (1 + exp(-x)), of each number. */
static void expit(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const real power = EXP(-FABS(x[i]));
        x[i] = x[i] < 0 ? power / (1 + power) : 1 / (1 + power);
    }
}
