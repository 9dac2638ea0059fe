/* The nearest whole number from -levels to levels. */
static int32_t clamped(real x, int32_t levels) {
    if (!(x < (real)levels)) {
        return levels;
    }
    if (x < -(real)levels) {
        return -levels;
    }
    return (int32_t)(x < 0 ? x - (real)0.5 : x + (real)0.5);
}
