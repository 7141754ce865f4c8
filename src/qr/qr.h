/* QR codes (ISO/IEC 18004) as PNG pictures, by libqrencode and libpng. */
#ifndef QR_QR_H
#define QR_QR_H

#include "base/err.h"
#include "base/str.h"

/*
 * A QR code of `text` in byte mode, error correction level M, as a 1-bit greyscale PNG in the
 * arena: black on white, `scale` pixels a module, a quiet zone of 4 white modules.
 * ERR_TOO_LARGE when the text does not fit a code.
 */
enum err qr_png(struct arena *a, struct str text, int scale, struct str *png) MUST_CHECK;

#endif
