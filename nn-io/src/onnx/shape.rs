//! Shapes and parts.

use super::mapping::{Mapped, Mapping, int, of_unknown_origin, one, value};
use nn_core::{Result, Shape, Tensor, is_known};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "reshape" => reshape(m),
        "transpose" => {
            let (x, axes): (String, Vec<usize>) = (m.input(0)?, m.setting("axes")?);
            one(m.transpose(&x, &axes))
        }
        "concatenate" => {
            let axis = m.setting("axis")?;
            let inputs: Vec<String> = (0..m.input_count())
                .map(|i| m.input(i))
                .collect::<Result<_>>()?;
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            one(m.with("Concat", &inputs, vec![int("axis", axis)]))
        }
        "split" => split(m),
        "unstack" => {
            let (axis, count): (i64, usize) = (m.setting("axis")?, m.setting("count")?);
            let x = m.input(0)?;
            let pieces = m.add("Split", &[&x], vec![int("axis", axis)], count);
            let squeezed = pieces.iter().map(|piece| m.squeeze(piece, &[axis]));
            squeezed.collect::<Result<_>>().map(Some)
        }
        "slice" => slice(m),
        "pad" => {
            let paddings: Vec<(i64, i64)> = m.setting("paddings")?;
            let filler: f64 = m.setting("value")?;
            let (before, after): (Vec<i64>, Vec<i64>) = paddings.into_iter().unzip();
            let (x, pads) = (m.input(0)?, m.ints(&[before, after].concat())?);
            let filler = m.number(filler)?;
            one(m.call("Pad", &[&x, &pads, &filler]))
        }
        "broadcast_to" => broadcast_to(m),
        "full" => {
            let (shape, number): (Shape, f64) = (m.setting("shape")?, m.setting("value")?);
            let shape = m.sizes(&shape, &vec![None; shape.rank()])?;
            let filler = Tensor::from([number]).cast(m.output_dtype());
            let filler = value("value", &filler)?;
            one(m.with("ConstantOfShape", &[&shape], vec![filler]))
        }
        "batch_size" => {
            let x = m.input(0)?;
            let rows = m.with("Shape", &[&x], vec![int("start", 0), int("end", 1)]);
            let rows = m.squeeze(&rows, &[0])?;
            let (to, least) = (m.output_dtype(), m.constant(&Tensor::from(1_i64))?);
            let rows = m.call("Max", &[&rows, &least]);
            one(m.cast(&rows, to))
        }
        _ => Ok(None),
    }
}

/// Reshaping keeps open what is open: an axis that stays where it is, one size that is what is left, and what follows from the sizes
/// of the inputs.
fn reshape(m: &mut Mapping<'_, '_>) -> Mapped {
    let (from, to): (Shape, Shape) = (m.shape(0), m.setting("shape")?);
    let x = m.input(0)?;
    if let Some(axes) = ones_added(&from, &to) {
        return one(m.unsqueeze(&x, &axes)?);
    }
    if let Some(axes) = ones_added(&to, &from) {
        return one(m.squeeze(&x, &axes)?);
    }
    let stays = from
        .iter()
        .zip(to.iter())
        .take_while(|(a, b)| a == b)
        .count();
    let mut given = vec![None; to.rank()];
    // 0 is the size that the input has there, which must not be confused with a size of 0.
    let has_zero = to.contains(&0);
    if !has_zero {
        let open = |axis: &usize| !is_known(to[*axis]);
        let unknown = |axis: &usize| open(axis) && m.writer.sizes.sum(to[*axis]).is_none();
        // One size may be what is left: one that cannot be computed, or the first that does not stay.
        let left = (0..to.rank())
            .find(unknown)
            .or((stays..to.rank()).find(open));
        (0..stays)
            .filter(open)
            .for_each(|axis| given[axis] = Some(0));
        if let Some(left) = left {
            given[left] = Some(-1);
        }
    }
    let shape = m.sizes(&to, &given)?;
    let attributes = match has_zero {
        true => vec![int("allowzero", 1)],
        false => Vec::new(),
    };
    one(m.with("Reshape", &[&x, &shape], attributes))
}

/// The axes of `more` at which it has a 1 that `less` has not, if that is all in which they differ.
fn ones_added(less: &[usize], more: &[usize]) -> Option<Vec<i64>> {
    if more.len() <= less.len() {
        return None;
    }
    let mut rest = less.iter().peekable();
    let mut axes = Vec::new();
    for (axis, size) in more.iter().enumerate() {
        // A size of unknown origin is only known to stay what it is if nothing else changes, which holds here.
        match rest.peek() {
            Some(next) if *next == size => _ = rest.next(),
            _ if *size == 1 => axes.push(axis as i64),
            _ => return None,
        }
    }
    rest.next().is_none().then_some(axes)
}

fn split(m: &mut Mapping<'_, '_>) -> Mapped {
    let (x, axis) = (m.input(0)?, m.setting("axis")?);
    let attributes = vec![int("axis", axis)];
    let count = m.node.outputs.len();
    if m.node.op.attributes().find("pieces").is_some() {
        return Ok(Some(m.add("Split", &[&x], attributes, count)));
    }
    let sizes: Vec<usize> = m.setting("sizes")?;
    let mut parts = Vec::with_capacity(count);
    for size in sizes {
        parts.push(m.size(size)?.ok_or_else(of_unknown_origin)?);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let sizes = m.with("Concat", &parts, vec![int("axis", 0)]);
    Ok(Some(m.add("Split", &[&x, &sizes], attributes, count)))
}

/// One end of a slice: a number, or a size that is open, counted from the end if negative.
#[derive(Clone, Copy)]
enum End {
    Number(i64),
    Open(isize),
}

fn slice(m: &mut Mapping<'_, '_>) -> Mapped {
    let (start, stop): (Vec<Option<isize>>, Vec<Option<isize>>) =
        (m.setting("start")?, m.setting("stop")?);
    let steps: Vec<i64> = m.setting("step")?;
    let (mut starts, mut ends, mut axes, mut by) = (vec![], vec![], vec![], vec![]);
    for (axis, ((start, stop), step)) in start.into_iter().zip(stop).zip(steps).enumerate() {
        if start.is_none() && stop.is_none() && step == 1 {
            continue;
        }
        let open = |end: Option<isize>| end.is_some_and(|end| !is_known(end.unsigned_abs()));
        let (first, last) = if step > 0 || start == Some(0) && stop == Some(0) {
            let end = |end: Option<isize>, all: i64| match end {
                Some(size) if open(end) => End::Open(size),
                Some(number) => End::Number(number as i64),
                None => End::Number(all),
            };
            (end(start, 0), end(stop, i64::MAX))
        } else {
            // Backwards from the last element before `stop` to the first, `start`; before the first element lies the least number.
            let before = |end: Option<isize>, all: i64| match end {
                Some(size) if open(end) => End::Open(size - 1),
                Some(0) | None => End::Number(all),
                Some(number) => End::Number(number as i64 - 1),
            };
            (before(stop, -1), before(start, i64::MIN))
        };
        starts.push(first);
        ends.push(last);
        axes.push(axis as i64);
        by.push(if start == Some(0) && stop == Some(0) {
            1
        } else {
            step
        });
    }
    let x = m.input(0)?;
    if axes.is_empty() {
        return one(m.call("Identity", &[&x]));
    }
    let (starts, ends) = (slice_ends(m, &starts)?, slice_ends(m, &ends)?);
    let (axes, by) = (m.ints(&axes)?, m.ints(&by)?);
    one(m.call("Slice", &[&x, &starts, &ends, &axes, &by]))
}

fn slice_ends(m: &mut Mapping<'_, '_>, ends: &[End]) -> Result<String> {
    let number = |end: &End| match end {
        End::Number(number) => Some(*number),
        End::Open(_) => None,
    };
    if let Some(numbers) = ends.iter().map(number).collect::<Option<Vec<i64>>>() {
        return m.ints(&numbers);
    }
    let mut parts = Vec::with_capacity(ends.len());
    for end in ends {
        parts.push(match *end {
            End::Number(number) => m.ints(&[number])?,
            End::Open(size) => {
                let part = m.size(size.unsigned_abs())?.ok_or_else(of_unknown_origin)?;
                match size < 0 {
                    true => m.call("Neg", &[&part]),
                    false => part,
                }
            }
        });
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(m.with("Concat", &parts, vec![int("axis", 0)]))
}

/// A size that the input has already is asked for as 1, which leaves it as it is: then an open one need not be computed.
fn broadcast_to(m: &mut Mapping<'_, '_>) -> Mapped {
    let (from, to): (Shape, Shape) = (m.shape(0), m.setting("shape")?);
    let lead = to.rank() - from.rank();
    let given: Vec<Option<i64>> = (0..to.rank())
        .map(|axis| {
            (axis >= lead && !is_known(to[axis]) && from[axis - lead] == to[axis]).then_some(1)
        })
        .collect();
    let x = m.input(0)?;
    let shape = m.sizes(&to, &given)?;
    one(m.call("Expand", &[&x, &shape]))
}
