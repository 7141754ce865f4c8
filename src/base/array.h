/* Counting the elements of arrays. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

/* The number of elements of an array; `a` must not be a pointer. */
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
