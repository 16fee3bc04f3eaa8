//! Sine and cosine with an exact reduction: x · 2/π modulo 4 in fixed point, from the bits of 2/π that matter for
//! the exponent of x (Payne and Hanek, Radian Reduction for Trigonometric Functions, 1983).

/// 2/π, most significant bits first.
const TWO_OVER_PI: [u32; 8] =
    [0xa2f9_836e, 0x4e44_1529, 0xfc27_57d1, 0xf534_ddc0, 0xdb62_9599, 0x3c43_9041, 0xfe51_63ab, 0xdebb_c561];

/// For every biased exponent the three 32-bit digits, most significant in the last, of 2^(e-150) · 2/π modulo 4,
/// in units of 2⁻⁹⁴: times the mantissa as an integer they give x · 2/π.
static WINDOWS: [[u32; 256]; 3] = {
    let mut windows = [[0; 256]; 3];
    let mut exponent = 0;
    while exponent < 256 {
        let mut bit = 0;
        while bit < 96 {
            // Bit i of the window has the weight 2^(i - 94); the bit of 2/π at place p (from 0) has 2^(-1 - p).
            let place = 93 - bit + exponent - 150;
            if place >= 0 && place < 256 {
                let value = TWO_OVER_PI[place as usize / 32] >> (31 - place % 32) & 1;
                windows[bit as usize / 32][exponent as usize] |= value << (bit % 32);
            }
            bit += 1;
        }
        exponent += 1;
    }
    windows
};

/// `(r, quadrant)` with |x| = r + quadrant · π/2 modulo 2π and |r| ≤ π/4; the two low bits of the quadrant count.
#[inline(always)]
fn reduce(x: f32) -> (f32, u32) {
    let bits = x.to_bits();
    let exponent = (bits >> 23 & 0xff) as usize;
    let mantissa = (bits & 0x007f_ffff | 0x0080_0000) as u64;
    let high = (mantissa * WINDOWS[2][exponent] as u64) << 32;
    let middle = mantissa * WINDOWS[1][exponent] as u64;
    let low = (mantissa * WINDOWS[0][exponent] as u64) >> 32;
    // Units of 2⁻⁶²; what overflows is a multiple of 4.
    let turns = high.wrapping_add(middle).wrapping_add(low);
    let quadrant = (turns.wrapping_add(1 << 61) >> 62) as u32;
    let fraction = (turns << 2) as i64;
    let r = fraction as f64 * (std::f64::consts::FRAC_PI_2 / 18_446_744_073_709_551_616.0);
    // Small numbers are their own remainder, and have lost bits in fixed point.
    let small = x.abs() < std::f32::consts::FRAC_PI_4;
    (if small { x.abs() } else { r as f32 }, if small { 0 } else { quadrant })
}

/// Sine of `r + quadrant · π/2` for |r| ≤ π/4, by the polynomials nearest to (sin r / r - 1) / r² and
/// (cos r - 1 + r²/2) / r⁴ (Chebyshev interpolation, 3e-11 and 2e-9 off).
#[inline(always)]
fn sine(r: f32, quadrant: u32) -> f32 {
    let z = r * r;
    let mut s = 2.724_989_6e-6;
    s = s * z - 1.984_008_7e-4;
    s = s * z + 8.333_332e-3;
    s = s * z - 1.666_666_7e-1;
    let sin = r + r * z * s;
    let mut c = 2.454_791_7e-5;
    c = c * z - 1.388_830_2e-3;
    c = c * z + 4.166_666_4e-2;
    let cos = 1.0 - (0.5 * z - z * z * c);
    let y = if quadrant & 1 == 0 { sin } else { cos };
    if quadrant & 2 == 0 { y } else { -y }
}

#[inline(always)]
pub(super) fn sin_f32(x: f32) -> f32 {
    let (r, quadrant) = reduce(x);
    let y = sine(r, quadrant);
    let y = if x.is_sign_negative() { -y } else { y };
    if x.abs() < f32::INFINITY { y } else { f32::NAN }
}

#[inline(always)]
pub(super) fn cos_f32(x: f32) -> f32 {
    let (r, quadrant) = reduce(x);
    let y = sine(r, quadrant.wrapping_add(1));
    if x.abs() < f32::INFINITY { y } else { f32::NAN }
}
