/* Feed a character to the terms under way, begin one with it, and count those that are long enough. */
static int32_t count_character(const text *plan, gram *grams, int32_t active, uint32_t character, real *counts) {
    if (active == plan->max_n) {
        memmove(grams, grams + 1, sizeof(gram) * (size_t)--active);
    }
    grams[active++] = begun(plan);
    feed_character(plan, grams, active, character);
    for (int32_t g = 0; g < active; g++) {
        if (active - g >= plan->min_n) {
            count_gram(plan, grams + g, counts);
        }
    }
    return active;
}
