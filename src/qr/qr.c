/*
 * Drawing QR codes. They may hold a secret, so libpng allocates in the arena, which is wiped, and
 * the code that libqrencode returns is wiped here.
 */
#include "qr/qr.h"

#include <errno.h>
#include <limits.h>
#include <png.h>
#include <qrencode.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/secret.h"

#define QUIET_MODULES 4
#define SCALE_MAX 64

static struct str draw_png(struct arena *a, const QRcode *code, int scale);
static void fill_row(unsigned char *row, size_t size, const QRcode *code, int y, int scale);
static void on_png_write(png_structp png, png_bytep data, png_size_t n);
static void on_png_flush(png_structp png);
static png_voidp on_png_alloc(png_structp png, png_alloc_size_t n);
static void on_png_free(png_structp png, png_voidp p);
static _Noreturn void on_png_error(png_structp png, png_const_charp what);
static void on_png_warning(png_structp png, png_const_charp what);

enum err
qr_png(struct arena *a, struct str text, int scale, struct str *png)
{
	QRcode *code;

	if (scale < 1 || scale > SCALE_MAX || text.n == 0)
		log_fatal("qr.arguments", "an empty text, or a scale that is not 1 to 64");
	if (text.n > INT_MAX)
		return ERR_TOO_LARGE;
	code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (code == NULL && errno == ERANGE)
		return ERR_TOO_LARGE;
	if (code == NULL)
		log_fatal("qr.failed", "libqrencode cannot make a code");
	*png = draw_png(a, code, scale);
	secret_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return OK;
}

static struct str
draw_png(struct arena *a, const QRcode *code, int scale)
{
	struct buf out = {.arena = a};
	int modules = code->width + 2 * QUIET_MODULES;
	png_uint_32 side = (png_uint_32)(modules * scale);
	size_t size = (side + 7) / 8;
	unsigned char *row = arena_alloc(a, size);
	png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, on_png_error,
	    on_png_warning, a, on_png_alloc, on_png_free);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;

	if (info == NULL)
		log_fatal("qr.failed", "libpng cannot be initialised");
	png_set_write_fn(png, &out, on_png_write, on_png_flush);
	/* The images are small: a larger window would only be more memory to wipe. */
	png_set_compression_window_bits(png, 12);
	png_set_compression_mem_level(png, 5);
	png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (int y = 0; y < modules; y++) {
		fill_row(row, size, code, y - QUIET_MODULES, scale);
		for (int i = 0; i < scale; i++)
			png_write_row(png, row);
	}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	return buf_str(&out);
}

/* Fills a row of pixels with white (ones) and the dark modules of row `y`, if there is one. */
static void
fill_row(unsigned char *row, size_t size, const QRcode *code, int y, int scale)
{
	memset(row, 0xff, size);
	if (y < 0 || y >= code->width)
		return;
	for (int x = 0; x < code->width; x++) {
		if ((code->data[y * code->width + x] & 1) == 0)
			continue;
		for (int i = 0; i < scale; i++) {
			int pixel = (x + QUIET_MODULES) * scale + i;

			row[pixel / 8] = (unsigned char)(row[pixel / 8] & ~(0x80 >> (pixel % 8)));
		}
	}
}

static void
on_png_write(png_structp png, png_bytep data, png_size_t n)
{
	buf_bytes(png_get_io_ptr(png), data, n);
}

static void
on_png_flush(png_structp png)
{
	(void)png;
}

static png_voidp
on_png_alloc(png_structp png, png_alloc_size_t n)
{
	return arena_alloc(png_get_mem_ptr(png), n);
}

static void
on_png_free(png_structp png, png_voidp p)
{
	(void)png;
	(void)p;
}

static _Noreturn void
on_png_error(png_structp png, png_const_charp what)
{
	(void)png;
	log_fatal("qr.failed", what);
}

static void
on_png_warning(png_structp png, png_const_charp what)
{
	(void)png;
	log_warning("qr.warning", LOG_CSTR("what", what));
}
