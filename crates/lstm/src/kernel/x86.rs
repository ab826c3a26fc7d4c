//! The vector units of x86-64 processors, through the safe wrappers of the crate `pulp`.

use core::arch::x86_64::{__m256i, __m512i};

use bytemuck::cast;
use pulp::x86::{V3, V4};

use super::{LANES, Unit, WeightBlock};

impl Unit for V3 {
    type Sums = [__m256i; 2];
    const WIDE: bool = false;

    #[inline(always)]
    fn load(self, sums: &[i32; LANES]) -> Self::Sums {
        cast(*sums)
    }

    #[inline(always)]
    fn store(self, sums: Self::Sums) -> [i32; LANES] {
        cast(sums)
    }

    #[inline(always)]
    fn multiply_add(self, sums: Self::Sums, weights: &WeightBlock, pair: i32) -> Self::Sums {
        let weights: [__m256i; 2] = cast(*weights);
        let pair = self.avx._mm256_set1_epi32(pair);
        let avx2 = self.avx2;
        [
            avx2._mm256_add_epi32(sums[0], avx2._mm256_madd_epi16(weights[0], pair)),
            avx2._mm256_add_epi32(sums[1], avx2._mm256_madd_epi16(weights[1], pair)),
        ]
    }

    #[inline(always)]
    fn max(self, a: Self::Sums, b: Self::Sums) -> Self::Sums {
        [self.avx2._mm256_max_epi32(a[0], b[0]), self.avx2._mm256_max_epi32(a[1], b[1])]
    }
}

impl Unit for V4 {
    type Sums = __m512i;
    const WIDE: bool = true;

    #[inline(always)]
    fn load(self, sums: &[i32; LANES]) -> Self::Sums {
        cast(*sums)
    }

    #[inline(always)]
    fn store(self, sums: Self::Sums) -> [i32; LANES] {
        cast(sums)
    }

    #[inline(always)]
    fn multiply_add(self, sums: Self::Sums, weights: &WeightBlock, pair: i32) -> Self::Sums {
        let products = self.avx512bw._mm512_madd_epi16(cast(*weights), self.avx512f._mm512_set1_epi32(pair));
        self.avx512f._mm512_add_epi32(sums, products)
    }

    #[inline(always)]
    fn max(self, a: Self::Sums, b: Self::Sums) -> Self::Sums {
        self.avx512f._mm512_max_epi32(a, b)
    }
}
