//! Copies of whole blocks: joining tensors along an axis, and pasting one into a larger one.

use super::elementwise::{AxisSlice, check_slices};
use super::parallel::{GRAIN, for_each_chunk};

/// `out` is rows, each the rows of all parts one after the other. A part is its elements and the length of its rows.
pub fn concatenate<T: Copy + Send + Sync>(parts: &[(&[T], usize)], out: &mut [T]) {
    let row = parts
        .iter()
        .try_fold(0_usize, |row, part| row.checked_add(part.1))
        .expect("rows of more elements than can be counted");
    let rows = out.len() / row.max(1);
    assert_eq!(Some(out.len()), rows.checked_mul(row));
    for (data, width) in parts {
        assert_eq!(Some(data.len()), rows.checked_mul(*width));
    }
    if out.is_empty() {
        return;
    }
    // Whole rows to each task.
    let together = GRAIN / row;
    if together > 0 {
        for_each_chunk(out, row * together, |start, piece| {
            let (first, mut at) = (start / row, 0);
            for &(data, width) in parts {
                if width == 0 {
                    continue;
                }
                let from = data[first * width..].chunks_exact(width);
                for (to, from) in piece.chunks_exact_mut(row).zip(from) {
                    to[at..at + width].copy_from_slice(from);
                }
                at += width;
            }
        });
        return;
    }
    // Parts of rows that are longer.
    for_each_chunk(out, GRAIN, |start, mut piece| {
        let mut at = start % row;
        let mut index = start / row;
        while !piece.is_empty() {
            let mut left = at;
            for &(data, width) in parts {
                if left >= width {
                    left -= width;
                    continue;
                }
                let n = (width - left).min(piece.len());
                let from = index * width + left;
                let (now, later) = piece.split_at_mut(n);
                now.copy_from_slice(&data[from..from + n]);
                piece = later;
                left = 0;
            }
            at = 0;
            index += 1;
        }
    });
}

/// `whole[slices] = part`, and `value` everywhere else.
pub fn paste<T: Copy + Send + Sync>(
    part: &[T],
    value: T,
    whole: &mut [T],
    dims: &[usize],
    slices: &[AxisSlice],
) {
    check_slices(whole.len(), dims, slices, part.len());
    let (Some((&n, inner_dims)), Some((outermost, inner))) =
        (dims.split_first(), slices.split_first())
    else {
        whole.copy_from_slice(part);
        return;
    };
    if whole.is_empty() || part.is_empty() {
        whole.fill(value);
        return;
    }
    let stretch = whole.len() / n;
    for_each_chunk(whole, stretch * (GRAIN / stretch).max(1), |start, piece| {
        piece.fill(value);
        let first = start / stretch;
        let indices = first..first + piece.len() / stretch;
        let rows = part.len() / outermost.length.max(1);
        for i in 0..outermost.length {
            let at = outermost
                .start
                .wrapping_add_signed(i as isize * outermost.step);
            if indices.contains(&at) {
                let to = &mut piece[(at - first) * stretch..(at - first + 1) * stretch];
                paste_into(&part[i * rows..(i + 1) * rows], to, inner_dims, inner);
            }
        }
    });
}

fn paste_into<T: Copy>(part: &[T], whole: &mut [T], dims: &[usize], slices: &[AxisSlice]) {
    // A part as large as the whole, and in its order, is one copy.
    let in_order = slices.iter().all(|s| s.step == 1 || s.length == 1);
    if part.len() == whole.len() && in_order {
        whole.copy_from_slice(part);
        return;
    }
    let (slice, n) = (slices[0], dims[0]);
    if part.is_empty() {
        return;
    }
    if slices.len() == 1 && slice.step == 1 {
        whole[slice.start..slice.start + slice.length].copy_from_slice(part);
        return;
    }
    let (rows, stretch) = (part.len() / slice.length, whole.len() / n);
    for i in 0..slice.length {
        let at = slice.start.wrapping_add_signed(i as isize * slice.step);
        let to = &mut whole[at * stretch..(at + 1) * stretch];
        paste_into(
            &part[i * rows..(i + 1) * rows],
            to,
            &dims[1..],
            &slices[1..],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_all_parts_follow_each_other() {
        for (rows, widths) in [
            (1, vec![3]),
            (4, vec![2, 0, 5]),
            (GRAIN, vec![1, 2]),
            (2, vec![GRAIN + 3, 7]),
        ] {
            let parts: Vec<Vec<usize>> = widths
                .iter()
                .enumerate()
                .map(|(p, w)| (0..rows * w).map(|i| i * 8 + p).collect())
                .collect();
            let mut expected = Vec::new();
            for r in 0..rows {
                parts
                    .iter()
                    .zip(&widths)
                    .for_each(|(p, w)| expected.extend_from_slice(&p[r * w..(r + 1) * w]));
            }
            let mut out = vec![0; expected.len()];
            let parts: Vec<(&[usize], usize)> =
                parts.iter().map(Vec::as_slice).zip(widths).collect();
            concatenate(&parts, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn refuses_parts_of_other_numbers_of_rows() {
        let (four, two) = (&[1, 2, 3, 4][..], &[5, 6][..]);
        for (parts, len) in [
            (vec![(four, 0)], 4),
            (vec![(four, 1), (two, 3)], 6),
            (vec![(two, 3), (four, 1)], 6),
            (vec![(four, 0), (two, 1)], 6),
            (vec![(four, 3)], 4),
            (vec![(four, 2), (two, 1)], 5),
        ] {
            let call = || concatenate(&parts, &mut vec![0; len]);
            assert!(std::panic::catch_unwind(call).is_err(), "{parts:?}");
        }
    }

    #[test]
    fn pastes_at_every_step_and_order() {
        let slice = |start, step, length| AxisSlice {
            start,
            step,
            length,
        };
        for (dims, slices) in [
            (vec![], vec![]),
            (vec![5], vec![slice(1, 2, 2)]),
            (vec![5], vec![slice(4, -1, 5)]),
            (vec![3, 4], vec![slice(0, 1, 3), slice(1, 1, 2)]),
            (
                vec![3, 4, 2],
                vec![slice(2, -2, 2), slice(0, 3, 2), slice(0, 1, 2)],
            ),
            (
                vec![3, 4, 2],
                vec![slice(0, 1, 0), slice(0, 3, 2), slice(0, 1, 2)],
            ),
            (vec![200, 300], vec![slice(1, 1, 150), slice(299, -3, 100)]),
        ] {
            let lengths: Vec<usize> = slices.iter().map(|s| s.length).collect();
            let part: Vec<usize> = (1..=lengths.iter().product()).collect();
            let mut expected = vec![0; dims.iter().product()];
            for (flat, &value) in part.iter().enumerate() {
                let (mut rest, mut stride, mut at) = (flat, 1, 0);
                for axis in (0..dims.len()).rev() {
                    let i = (rest % lengths[axis]) as isize;
                    at += (slices[axis].start as isize + i * slices[axis].step) as usize * stride;
                    rest /= lengths[axis];
                    stride *= dims[axis];
                }
                expected[at] = value;
            }
            let mut whole = vec![99; expected.len()];
            paste(&part, 0, &mut whole, &dims, &slices);
            assert_eq!(whole, expected, "{dims:?} {slices:?}");
        }
    }
}
