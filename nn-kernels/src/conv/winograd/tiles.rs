//! How the pixels of an output are cut into tiles, and in which order the tiles lie in a transform.
//!
//! Along each axis whole tiles of [`SIZE`] pixels follow each other; the last tile has what is left, and
//! being shorter it needs fewer points: 14 pixels are 4 + 4 + 4 + 2 and take 6 + 6 + 6 + 4 points.
//!
//! Tiles are sorted by which of their sides are whole, so that those that use a point lie together:
//!
//! | | whole down | whole across |
//! |---|---|---|
//! | class 0 | yes | no |
//! | class 1 | yes | yes |
//! | class 2 | no | yes |
//! | class 3 | no | no |

use super::points::{SIZE, points};
use crate::memory;
use std::ops::Range;

/// Tiles along an axis of `n` pixels.
pub fn count(n: usize) -> usize {
    n.div_ceil(SIZE)
}

/// Points of all tiles along an axis of `n` pixels.
pub fn points_along(n: usize) -> usize {
    n + count(n) * (points(SIZE) - SIZE)
}

/// Pixels of the last tile of an axis of `n` pixels.
fn last(n: usize) -> usize {
    n - (count(n) - 1) * SIZE
}

/// A tile of an output.
#[derive(Clone, Copy)]
pub struct Tile {
    pub image: usize,
    /// Its first pixel.
    pub start: [usize; 2],
    /// Its pixels down and across.
    pub size: [usize; 2],
}

/// Some tiles of the images of a batch, sorted.
pub struct Tiles {
    tiles: Vec<Tile>,
    /// Where each class ends.
    ends: [usize; 4],
    /// Points that the shortest tiles use, down and across.
    short: [usize; 2],
}

impl Tiles {
    /// The tiles of a `range`, counted image after image and row after row, of outputs of `size` pixels.
    pub fn new(size: [usize; 2], range: Range<usize>) -> Self {
        let [down, across] = size.map(count);
        let tile = |n: usize| {
            let place = [n / across % down, n % across];
            let start = place.map(|i| i * SIZE);
            Tile {
                image: n / across / down,
                start,
                size: [0, 1].map(|d| SIZE.min(size[d] - start[d])),
            }
        };
        let class = |tile: &Tile| match tile.size.map(|size| size == SIZE) {
            [true, false] => 0,
            [true, true] => 1,
            [false, true] => 2,
            [false, false] => 3,
        };
        let mut tiles = memory::collected(range.map(tile));
        tiles.sort_by_key(class);
        let ends = [0, 1, 2, 3].map(|c| tiles.partition_point(|tile| class(tile) <= c));
        Self {
            tiles,
            ends,
            short: size.map(|n| points(last(n))),
        }
    }

    pub fn len(&self) -> usize {
        self.tiles.len()
    }

    /// Tiles of the same size, and which of all they are.
    pub fn alike(&self) -> impl Iterator<Item = (Range<usize>, &[Tile])> {
        let mut end = 0;
        self.tiles
            .chunk_by(|a, b| a.size == b.size)
            .map(move |tiles| {
                end += tiles.len();
                (end - tiles.len()..end, tiles)
            })
    }

    /// The tiles that use the point (i, j).
    pub fn using(&self, [i, j]: [usize; 2]) -> Range<usize> {
        let whole = [i >= self.short[0], j >= self.short[1]];
        let start = if whole[1] { self.ends[0] } else { 0 };
        let end = match whole {
            [true, _] => self.ends[1],
            [false, true] => self.ends[2],
            [false, false] => self.ends[3],
        };
        if start < end { start..end } else { 0..0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::points::POINTS;
    use super::*;

    #[test]
    fn every_point_has_the_tiles_that_use_it() {
        for size in (1..10).flat_map(|y| (1..10).map(move |x| [y, x])) {
            let all = 3 * count(size[0]) * count(size[1]);
            for range in [0..all, 1..all, 0..1, all / 2..all] {
                let tiles = Tiles::new(size, range.clone());
                assert_eq!(tiles.len(), range.len());
                for point in (0..POINTS).flat_map(|i| (0..POINTS).map(move |j| [i, j])) {
                    let using = tiles.using(point);
                    for (n, tile) in tiles.tiles.iter().enumerate() {
                        let uses = (0..2).all(|d| point[d] < points(tile.size[d]));
                        assert_eq!(using.contains(&n), uses, "{size:?} {range:?} {point:?} {n}");
                    }
                }
            }
        }
    }

    #[test]
    fn tiles_cover_an_image_once() {
        for size in [[1, 1], [14, 7], [4, 9], [13, 3]] {
            let each = count(size[0]) * count(size[1]);
            let mut seen = vec![0; size[0] * size[1]];
            let tiles = Tiles::new(size, each..2 * each);
            let mut points_of_all = 0;
            for tile in &tiles.tiles {
                assert_eq!(tile.image, 1);
                points_of_all += points(tile.size[0]) * points(tile.size[1]);
                for (y, x) in (0..tile.size[0]).flat_map(|y| (0..tile.size[1]).map(move |x| (y, x)))
                {
                    seen[(tile.start[0] + y) * size[1] + tile.start[1] + x] += 1;
                }
            }
            assert!(seen.iter().all(|&n| n == 1), "{size:?}");
            assert_eq!(points_of_all, points_along(size[0]) * points_along(size[1]));
        }
    }
}
