//! Images seen through a projective map: every pixel of the result is read at a place of the image between its pixels.

use crate::math::Float;
use crate::parallel::{GRAIN, for_each_chunk};

/// What stands beyond the border of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beyond {
    /// One number.
    Constant,
    /// The pixel at the border: `a a | a b c | c c`.
    Nearest,
    /// The image again: `b c | a b c | a b`.
    Wrap,
    /// Its mirror image, border included: `b a | a b c | c b`.
    Reflect,
    /// Its mirror image, border excluded: `c b | a b c | b a`.
    Mirror,
}

impl Beyond {
    /// The pixel, of `n`, that stands at a place; `None` if none does.
    fn pixel(self, at: i64, n: usize) -> Option<usize> {
        let size = n as i64;
        let inside = match self {
            _ if (0..size).contains(&at) => at,
            Beyond::Constant => return None,
            Beyond::Nearest => at.clamp(0, size - 1),
            Beyond::Wrap => at.rem_euclid(size),
            Beyond::Reflect => {
                let twice = at.rem_euclid(2 * size);
                twice.min(2 * size - 1 - twice)
            }
            Beyond::Mirror if n == 1 => 0,
            Beyond::Mirror => {
                let twice = at.rem_euclid(2 * (size - 1));
                twice.min(2 * (size - 1) - twice)
            }
        };
        Some(inside as usize)
    }
}

/// A batch of images, and how they are read.
#[derive(Clone, Copy, Debug)]
pub struct Warp {
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Numbers of a pixel.
    pub channels: usize,
    /// Between the four pixels around a place, or the nearest one alone.
    pub bilinear: bool,
    /// What stands beyond the border.
    pub beyond: Beyond,
}

/// Along one axis: two places and what each counts.
fn neighbours<T: Float>(at: T, bilinear: bool) -> [(i64, T); 2] {
    // Numbers that are no place are turned into one at the far end, and count nothing that is a number.
    let x = at.to_f64();
    if !bilinear {
        return [(x.round() as i64, T::ONE), (0, T::ZERO)];
    }
    let low = x.floor();
    let upper = at - T::from_f64(low);
    let low = (low as i64).min(i64::MAX - 1);
    [(low, T::ONE - upper), (low + 1, upper)]
}

impl Warp {
    fn image(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Calls `f` with the pixels that a pixel of the result is made of, `None` beyond the border, and what each counts.
    fn sources<T: Float>(&self, by: &[T], y: usize, x: usize, mut f: impl FnMut(Option<usize>, T)) {
        let (x, y) = (T::from_f64(x as f64), T::from_f64(y as f64));
        let k = by[6] * x + by[7] * y + T::ONE;
        let from_x = (by[0] * x + by[1] * y + by[2]) / k;
        let from_y = (by[3] * x + by[4] * y + by[5]) / k;
        let columns = neighbours(from_x, self.bilinear);
        for (row, of_row) in neighbours(from_y, self.bilinear) {
            for (column, of_column) in columns {
                let weight = of_row * of_column;
                if weight == T::ZERO {
                    continue;
                }
                let pixel = self.beyond.pixel(row, self.height);
                let pixel = pixel.zip(self.beyond.pixel(column, self.width));
                f(
                    pixel.map(|(row, column)| (row * self.width + column) * self.channels),
                    weight,
                );
            }
        }
    }

    /// Every pixel `(x, y)` of the result read at `((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)` with `k = c0 x + c1 y + 1`: `by` holds
    /// `a0 a1 a2 b0 b1 b2 c0 c1` for each image.
    pub fn forward<T: Float>(&self, images: &[T], by: &[T], fill: T, out: &mut [T]) {
        let (row, image) = (self.width * self.channels, self.image());
        if image == 0 {
            return;
        }
        let rows = (GRAIN / 8 / row).max(1);
        for_each_chunk(out, rows * row, |start, piece| {
            for (r, out) in piece.chunks_exact_mut(row).enumerate() {
                let r = start / row + r;
                let (of, y) = (r / self.height, r % self.height);
                let (from, by) = (&images[of * image..][..image], &by[of * 8..][..8]);
                for (x, out) in out.chunks_exact_mut(self.channels).enumerate() {
                    out.fill(T::ZERO);
                    self.sources(by, y, x, |pixel, weight| match pixel {
                        Some(at) => {
                            let pixel = &from[at..][..self.channels];
                            for (o, v) in out.iter_mut().zip(pixel) {
                                *o += *v * weight;
                            }
                        }
                        None => out.iter_mut().for_each(|o| *o += fill * weight),
                    });
                }
            }
        });
    }

    /// What the pixels of the image counted for those of the result: the gradient of [`Warp::forward`] with respect to the images.
    pub fn backward<T: Float>(&self, upstream: &[T], by: &[T], out: &mut [T]) {
        let image = self.image();
        if image == 0 {
            return;
        }
        // A task owns an image, and adds in the order of the pixels.
        for_each_chunk(out, image, |start, out| {
            out.fill(T::ZERO);
            let (of, by) = (&upstream[start..][..image], &by[start / image * 8..][..8]);
            for (i, up) in of.chunks_exact(self.channels).enumerate() {
                self.sources(by, i / self.width, i % self.width, |pixel, weight| {
                    let Some(at) = pixel else { return };
                    let pixel = &mut out[at..][..self.channels];
                    for (o, v) in pixel.iter_mut().zip(up) {
                        *o += *v * weight;
                    }
                });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Beyond;

    #[test]
    fn what_stands_beyond_the_border() {
        let row = |beyond: Beyond| (-4..7).map(|i| beyond.pixel(i, 3)).collect::<Vec<_>>();
        let some = |at: [usize; 11]| at.map(Some).to_vec();
        assert_eq!(
            row(Beyond::Nearest),
            some([0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2])
        );
        assert_eq!(row(Beyond::Wrap), some([2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]));
        assert_eq!(
            row(Beyond::Reflect),
            some([2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0])
        );
        assert_eq!(row(Beyond::Mirror), some([0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]));
        assert_eq!(
            row(Beyond::Constant)[3..8],
            [None, Some(0), Some(1), Some(2), None]
        );
        assert_eq!(Beyond::Mirror.pixel(i64::MAX, 1), Some(0));
        assert_eq!(
            Beyond::Reflect.pixel(i64::MIN, 5).map(|p| p < 5),
            Some(true)
        );
    }
}
