/* Characters from first to last, every step-th of which is lowered by adding `shift`. */
typedef struct {
    uint32_t first, last;
    int32_t step, shift;
} run;

typedef struct {
    const run *runs;
    uint32_t n_runs;
    const range *cased;
    uint32_t n_cased;
    const range *ignorable;
    uint32_t n_ignorable;
} lowering;

/* Characters, ascending, that are written in another way. only_ascii: all others beyond ASCII go. hangul: syllables
   are taken apart. */
typedef struct {
    const uint32_t *characters;
    uint32_t count;
    const uint8_t *bytes;
    const uint32_t *at;
    int only_ascii, hangul;
} rewriting;

/* How a text is taken apart. inside: the characters that terms are made of; blank: those that part words. terms: that
   count, NULL where the hash of a term is its column; columns: of the terms, NULL where they are in order. */
typedef struct {
    const range *inside;
    uint32_t n_inside;
    const range *blank;
    uint32_t n_blank;
    const lowering *lower;
    const rewriting *rewrite;
    const strings *stop;
    const strings *terms;
    const uint32_t *columns;
    uint32_t buckets;
    int32_t shortest, min_n, max_n;
    int signs, binary;
} text;
