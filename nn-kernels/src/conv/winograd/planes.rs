//! How a transform lies in memory: a plane for each point (i, j), plane `i·POINTS + j` holding a row of channels for each tile of an
//! image or for each input channel of a kernel.

use super::points::POINTS;

/// Planes of a transform.
pub const PLANES: usize = POINTS * POINTS;

/// Elements from plane to plane and from row to row of a transform, in whole cache lines. Planes are one line more
/// apart than needed, and rows too when they are a multiple of 2 KiB, so that the planes of one tile or the rows of one
/// product do not fall into the same cache sets.
#[derive(Clone, Copy)]
pub struct Planes {
    pub plane: usize,
    pub row: usize,
}

impl Planes {
    pub fn new(rows: usize, channels: usize) -> Self {
        let row = channels.next_multiple_of(16);
        let row = if row.is_multiple_of(512) {
            row + 16
        } else {
            row
        };
        Self {
            plane: rows * row + 16,
            row,
        }
    }
}
