/* QR codes are scanned by zbarimg, and the images read back by libpng. */
#include "unit.h"

#include <png.h>

#include "base/arena.h"
#include "base/array.h"
#include "qr/qr.h"

#define URI                                                           \
	"otpauth://totp/Example%20GmbH:mia.bos%40example.org?secret=" \
	"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20GmbH"

struct image {
	png_uint_32 width;
	png_uint_32 height;
	int depth;
	int colour;
	unsigned char *pixels; /* one byte each, 0 or 1, in the arena */
};

static int
setup(void **state)
{
	*state = arena_new((size_t)32 * ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* Scans an image with zbarimg. */
static struct str
scan(struct arena *a, struct str png)
{
	char path[] = "/tmp/qr-XXXXXX.png";
	char command[128];
	char text[4096];
	int fd = mkstemps(path, 4);
	FILE *f;
	size_t n;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, png.p, png.n), png.n);
	close(fd);
	snprintf(command, sizeof(command), "zbarimg --raw -q %s 2>/dev/null", path);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text), f);
	assert_int_equal(pclose(f), 0);
	unlink(path);
	assert_true(n > 0 && text[n - 1] == '\n');
	return str_copy(a, (struct str){.p = text, .n = n - 1});
}

static struct image
read_image(struct arena *a, struct str bytes)
{
	struct image p = {0};
	FILE *f = tmpfile();
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	rewind(f);
	if (setjmp(png_jmpbuf(png)))
		fail_msg("libpng cannot read the image");
	png_init_io(png, f);
	png_read_info(png, info);
	png_get_IHDR(png, info, &p.width, &p.height, &p.depth, &p.colour, NULL, NULL, NULL);
	assert_in_range(p.width, 29, 20000);
	assert_in_range(p.height, 29, 20000);
	p.pixels = arena_array(a, p.height, p.width);
	png_set_packing(png);
	for (png_uint_32 y = 0; y < p.height; y++)
		png_read_row(png, p.pixels + (size_t)y * p.width, NULL);
	png_read_end(png, NULL);
	png_destroy_read_struct(&png, &info, NULL);
	fclose(f);
	return p;
}

static struct str
draw_code(struct arena *a, struct str text, int scale)
{
	struct str png = {0};

	assert_int_equal(qr_png(a, text, scale, &png), OK);
	return png;
}

static void
codes_can_be_scanned(void **state)
{
	static const int scales[] = {2, 3, 5, 6, 8};
	struct arena *a = *state;

	for (size_t i = 0; i < ARRAY_SIZE(scales); i++)
		assert_str(scan(a, draw_code(a, STR(URI), scales[i])), URI);
	assert_str(scan(a, draw_code(a, STR("a"), 6)), "a");
	assert_str(scan(a, draw_code(a, STR("0123456789"), 6)), "0123456789");
}

static void
one_bit_grey_with_a_white_margin(void **state)
{
	struct arena *a = *state;
	const int scale = 5;
	struct image p = read_image(a, draw_code(a, STR(URI), scale));
	png_uint_32 margin = 4 * (png_uint_32)scale;

	assert_int_equal(p.depth, 1);
	assert_int_equal(p.colour, PNG_COLOR_TYPE_GRAY);
	assert_int_equal(p.width, p.height);
	/* A code of version v has 17 + 4v modules on each side. */
	assert_int_equal((p.width / (png_uint_32)scale - 8 - 17) % 4, 0);
	assert_int_equal(p.width % (png_uint_32)scale, 0);
	for (png_uint_32 y = 0; y < p.height; y++)
		for (png_uint_32 x = 0; x < p.width; x++)
			if (x < margin || y < margin || x >= p.width - margin ||
			    y >= p.height - margin)
				assert_int_equal(p.pixels[(size_t)y * p.width + x], 1);
	/* Three corners of the code have a dark finder pattern, the fourth does not. */
	assert_int_equal(p.pixels[(size_t)margin * p.width + margin], 0);
	assert_int_equal(p.pixels[(size_t)margin * p.width + p.width - margin - 1], 0);
	assert_int_equal(p.pixels[(size_t)(p.height - margin - 1) * p.width + margin], 0);
}

static void
modules_are_squares(void **state)
{
	struct arena *a = *state;
	struct image one = read_image(a, draw_code(a, STR(URI), 1));
	struct image seven = read_image(a, draw_code(a, STR(URI), 7));

	assert_int_equal(seven.width, one.width * 7);
	for (png_uint_32 y = 0; y < seven.height; y++)
		for (png_uint_32 x = 0; x < seven.width; x++)
			assert_int_equal(seven.pixels[(size_t)y * seven.width + x],
			    one.pixels[(size_t)(y / 7) * one.width + x / 7]);
}

/* A code of version 40 holds 2331 bytes at level M (ISO/IEC 18004, table 7). */
static void
longer_texts_are_refused(void **state)
{
	struct arena *a = *state;
	char text[2332];
	struct str s = {.p = text, .n = 2331};
	struct str png = STR("untouched");

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	assert_true(str_eq(scan(a, draw_code(a, s, 4)), s));
	s.n = 2332;
	assert_int_equal(qr_png(a, s, 4, &png), ERR_TOO_LARGE);
	assert_str(png, "untouched");
}

/* An image of the usual size needs little of a request's arena, and is small to send. */
static void
images_are_small(void **state)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX / 4);

	(void)state;
	assert_in_range(draw_code(a, STR(URI), 6).n, 200, 2000);
	arena_free(a);
}

struct drawing {
	struct str text;
	int scale;
};

static void
draw_in_arena(void *drawing)
{
	const struct drawing *r = drawing;
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	struct str png;

	if (qr_png(a, r->text, r->scale, &png) != OK)
		_exit(1);
	arena_free(a);
}

static void
impossible_arguments_end_the_process(void **state)
{
	struct drawing good = {STR_INIT("a"), 64};
	struct drawing none = {STR_INIT(""), 5};
	struct drawing zero = {STR_INIT("a"), 0};
	struct drawing huge = {STR_INIT("a"), 65};

	(void)state;
	assert_false(unit_aborts(draw_in_arena, &good));
	assert_true(unit_aborts(draw_in_arena, &none));
	assert_true(unit_aborts(draw_in_arena, &zero));
	assert_true(unit_aborts(draw_in_arena, &huge));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_can_be_scanned),
	    cmocka_unit_test(one_bit_grey_with_a_white_margin),
	    cmocka_unit_test(modules_are_squares),
	    cmocka_unit_test(longer_texts_are_refused),
	    cmocka_unit_test(images_are_small),
	    cmocka_unit_test(impossible_arguments_end_the_process),
	};

	return cmocka_run_group_tests_name("qr_qr", tests, setup, teardown);
}
