// The two functions of Tesseract's public C++ interface that its C interface lacks.

#include <tesseract/baseapi.h>
#include <tesseract/pageiterator.h>

extern "C" {

// The layout of the picture, its words joined to the pieces that Tesseract reads at once. The caller deletes the iterator.
tesseract::PageIterator *faxtriage_pieces(tesseract::TessBaseAPI *engine) {
  return engine->AnalyseLayout(true);
}

// Height of the row that the iterator stands on, the depth of its descenders (negative) and the height of its ascenders, in pixels.
void faxtriage_row(const tesseract::PageIterator *place, float *height, float *descenders, float *ascenders) {
  place->RowAttributes(height, descenders, ascenders);
}

}
