//! Connectionist temporal classification (Graves et al. 2006).

use crate::ops::elementwise::where_;
use crate::ops::fail::fail;
use crate::ops::index::indices::as_indices;
use crate::ops::shape::{concatenate, stack};
use crate::{DType, Error, Result, Tensor, agree, is_known};

/// What stands for the logarithm of 0, Keras's.
const NEVER: f64 = -1e5;

/// The sizes of scores `[batch, time, classes]`.
fn sizes(op: &str, output: &Tensor) -> Result<(usize, usize)> {
    match output.raw_shape()[..] {
        [_, time, classes] if is_known(time) && is_known(classes) && time > 0 && classes > 0 => {
            Ok((time, classes))
        }
        _ => Err(Error::rank(
            op,
            3,
            "[batch, time, classes], of a known time",
            output.raw_shape(),
            "`expand_dims` adds a batch",
        )),
    }
}

/// The CTC loss of each sequence: minus the logarithm of the probability that the scores spell the labels, with blanks between and
/// repetitions in any way.
///
/// Shapes: labels `target` (`i64`) `[batch, longest]`, scores before the softmax `output` `[batch, time, classes]`, the lengths of both
/// (`i64`) `[batch]`; the result `[batch]`. `mask_index` is the class of the blank, Keras's default 0.
///
/// ```
/// use nn::{Tensor, ops::ctc_loss};
/// let scores = Tensor::zeros([1, 2, 3]);
/// let loss = ctc_loss(&Tensor::from([[1_i64]]), &scores, &Tensor::from([1_i64]), &Tensor::from([2_i64]), 0);
/// // Of nine pairs of classes three spell the label: it alone and with a blank on either side.
/// assert!((loss.to_vec::<f32>()?[0] - 3.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn ctc_loss(
    target: &Tensor,
    output: &Tensor,
    target_length: &Tensor,
    output_length: &Tensor,
    mask_index: usize,
) -> Tensor {
    let all = [target, output, target_length, output_length];
    if let Some(failed) = all.into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    match loss(target, output, target_length, output_length, mask_index) {
        Ok(loss) => loss,
        Err(error) => fail("ctc_loss", error),
    }
}

#[track_caller]
fn loss(
    target: &Tensor,
    output: &Tensor,
    target_length: &Tensor,
    output_length: &Tensor,
    mask_index: usize,
) -> Result<Tensor> {
    let (time, classes) = sizes("ctc_loss", output)?;
    let output = crate::ops::elementwise::float(output);
    let longest = match target.raw_shape()[..] {
        [_, n] if is_known(n) && n > 0 => n,
        _ => {
            return Err(Error::rank(
                "ctc_loss",
                2,
                "[batch, longest label], not empty",
                target.raw_shape(),
                "pad the labels",
            ));
        }
    };
    let batches = [&output, target, target_length, output_length].map(|t| t.raw_shape().first());
    if batches[1..].iter().any(|n| {
        !n.zip(batches[0])
            .is_some_and(|(&n, &first)| agree(n, first))
    }) {
        return Err(Error::shape(format!(
            "ctc_loss needs labels, their lengths and those of the outputs for each of the samples, found outputs {}, labels {}, lengths {} and {}",
            output.raw_shape(),
            target.raw_shape(),
            target_length.raw_shape(),
            output_length.raw_shape()
        )));
    }
    if mask_index >= classes {
        return Err(Error::value(format!(
            "the blank has a class below {classes}, found {mask_index}"
        )));
    }
    let [target, target_length, output_length] = [
        as_indices("ctc_loss", target)?,
        as_indices("ctc_loss", target_length)?,
        as_indices("ctc_loss", output_length)?,
    ];
    let dtype = output.dtype();
    let scores = output.log_softmax(-1);
    let blank = scores.slice_axis(2, mask_index..mask_index + 1);
    // [batch, time, longest]; a label beyond the classes, as padding may be, is never said.
    let known = target.one_hot(classes).cast(dtype);
    let said = crate::ops::linalg::einsum("btk,bnk->btn", [&scores, &known]);
    // Whether the next label is the same: then a blank stands between.
    let repeat = target
        .slice_axis(1, 1..)
        .equal(target.slice_axis(1, ..-1))
        .cast(dtype);
    let repeat = repeat.pad([(0, 0), (0, 1)]);
    let first = target.slice_axis(1, 0..1).cast(dtype).zeros_like();
    let never = concatenate(vec![&first + NEVER; longest], 1);
    // Logarithms of the probabilities to have said so many labels, with a blank last (after 0 to all labels) or a label last.
    let mut after_blank = concatenate([&first, &never], 1);
    let mut after_label = never.clone();
    let from = |blank: &Tensor, added: Tensor| {
        let rest = blank.slice_axis(1, 1..).logaddexp(added);
        concatenate([blank.slice_axis(1, 0..1), rest], 1)
    };
    for t in 0..time as isize {
        let (said, blank) = (said.index_axis(1, t), blank.index_axis(1, t));
        let free = from(&after_blank, &after_label + &repeat * NEVER);
        let label = (free.slice_axis(1, ..-1) + &said).logaddexp(&after_label + &said);
        let next = from(
            &(&free + &blank),
            &after_label + &blank + (1.0 - &repeat) * NEVER,
        );
        let over = output_length.less_equal(t as i64).expand_dims(-1);
        after_label = where_(&over, &after_label, label);
        after_blank = where_(&over, &after_blank, next);
    }
    let end = from(&after_blank, after_label);
    let last = target_length
        .clip(0.0, longest as f64)
        .one_hot(longest + 1)
        .cast(dtype);
    Ok(-(end * last).sum_axis(-1))
}

/// The labels that the greatest score of each step spells, repetitions merged (if asked for) and blanks left out.
///
/// Shapes: scores `[batch, time, classes]`, lengths (`i64`) `[batch]`; labels (`i64`) `[batch, time]`, with -1 after the last, and minus
/// the sum of the greatest scores `[batch, 1]`. Keras's `ctc_decode(strategy="greedy")`, whose labels have a first axis of 1 more.
///
/// ```
/// use nn::{Tensor, ops::ctc_greedy_decode};
/// let scores = Tensor::from([[[0.1_f32, 0.9], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]]]);
/// let (labels, score) = ctc_greedy_decode(&scores, &Tensor::from([4_i64]), true, 0);
/// assert_eq!(labels.to_vec::<i64>()?, [1, 1, -1, -1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn ctc_greedy_decode(
    output: &Tensor,
    output_length: &Tensor,
    merge_repeated: bool,
    mask_index: usize,
) -> (Tensor, Tensor) {
    if let Some(failed) = [output, output_length]
        .into_iter()
        .find(|t| t.error().is_some())
    {
        return (failed.clone(), failed.clone());
    }
    let found = sizes("ctc_greedy_decode", output)
        .and_then(|(time, _)| Ok((time, as_indices("ctc_greedy_decode", output_length)?)));
    let (time, length) = match found {
        Ok(found) => found,
        Err(error) => {
            let failed = fail("ctc_greedy_decode", error);
            return (failed.clone(), failed);
        }
    };
    let places = Tensor::arange(time);
    let over = places.greater_equal(length.expand_dims(-1));
    let labels = where_(&over, mask_index, output.argmax(-1));
    let scores = where_(&over, 0.0, output.max_axis(-1));
    let mut dropped = labels.equal(mask_index);
    if merge_repeated {
        let same = labels.slice_axis(1, 1..).equal(labels.slice_axis(1, ..-1));
        let first = labels
            .slice_axis(1, 0..1)
            .not_equal(labels.slice_axis(1, 0..1));
        dropped = dropped.logical_or(concatenate([first, same], 1));
    }
    let labels = where_(&dropped, -1, labels);
    let order = where_(&dropped, time, places).argsort();
    (
        labels.take_along_axis(&order, -1),
        -scores.sum_axes([1], true),
    )
}

/// The most probable label sequences of scores, found by a beam search over the time.
///
/// Shapes: scores before the softmax `[batch, time, classes]`, lengths (`i64`) `[batch]`; labels (`i64`) `[top_paths, batch, time]`, with
/// -1 after the last, and the logarithms of their probabilities `[batch, top_paths]`. Of every step the `beam_width` most probable
/// beginnings are kept. Keras's `ctc_decode(strategy="beam_search")`. It reads values, so it is an error while a model is traced.
///
/// ```
/// use nn::{Tensor, ops::ctc_beam_search_decode};
/// let scores = Tensor::from([[[0.6_f32, 0.4], [0.6, 0.4]]]).log();
/// let (labels, _) = ctc_beam_search_decode(&scores, &Tensor::from([2_i64]), 10, 1, 0);
/// // Nothing but blanks has 0.36, the label in one of three ways 0.64.
/// assert_eq!(labels.to_vec::<i64>()?, [1, -1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn ctc_beam_search_decode(
    output: &Tensor,
    output_length: &Tensor,
    beam_width: usize,
    top_paths: usize,
    mask_index: usize,
) -> (Tensor, Tensor) {
    if let Some(failed) = [output, output_length]
        .into_iter()
        .find(|t| t.error().is_some())
    {
        return (failed.clone(), failed.clone());
    }
    match beam_search(output, output_length, beam_width, top_paths, mask_index) {
        Ok(found) => found,
        Err(error) => {
            let failed = fail("ctc_beam_search_decode", error);
            (failed.clone(), failed)
        }
    }
}

/// ln(eᵃ + eᵇ).
fn add(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    match high == f64::NEG_INFINITY {
        true => high,
        false => high + (low - high).exp().ln_1p(),
    }
}

/// What was said so far, with the logarithms of its probability with a blank last and with a label last.
#[derive(Clone)]
struct Beam {
    labels: Vec<i64>,
    blank: f64,
    label: f64,
}

fn beam_search(
    output: &Tensor,
    output_length: &Tensor,
    beam_width: usize,
    top_paths: usize,
    mask_index: usize,
) -> Result<(Tensor, Tensor)> {
    let (time, classes) = sizes("ctc_beam_search_decode", output)?;
    if mask_index >= classes || beam_width == 0 || !(1..=beam_width).contains(&top_paths) {
        return Err(Error::value(format!(
            "a beam search needs a blank below {classes}, a width of at least 1 and paths from 1 to the width, found a blank of {mask_index}, a width of {beam_width} and {top_paths} paths"
        )));
    }
    let lengths = as_indices("ctc_beam_search_decode", output_length)?.to_vec::<i64>()?;
    let scores = output.cast(DType::F64).log_softmax(-1).to_vec::<f64>()?;
    if lengths.len() * time * classes != scores.len() {
        return Err(Error::shape(format!(
            "one length a sequence is needed, found {} for {}",
            lengths.len(),
            output.raw_shape()
        )));
    }
    // Room for so many paths, and for the list of them, which may be more than there is.
    let _room = Tensor::full([top_paths, lengths.len().max(3), time], 0_i64).into_result()?;
    let (mut labels, mut logarithms) = (vec![Vec::new(); top_paths], Vec::new());
    for (sequence, &length) in scores.chunks_exact(time * classes).zip(&lengths) {
        let never = f64::NEG_INFINITY;
        let mut beams = vec![Beam {
            labels: Vec::new(),
            blank: 0.0,
            label: never,
        }];
        for step in sequence
            .chunks_exact(classes)
            .take(usize::try_from(length).unwrap_or(0))
        {
            let mut next: std::collections::BTreeMap<Vec<i64>, (f64, f64)> = Default::default();
            for beam in &beams {
                let all = add(beam.blank, beam.label);
                let own = next.entry(beam.labels.clone()).or_insert((never, never));
                own.0 = add(own.0, all + step[mask_index]);
                if let Some(&last) = beam.labels.last() {
                    own.1 = add(own.1, beam.label + step[last as usize]);
                }
                for (class, score) in step
                    .iter()
                    .enumerate()
                    .filter(|(class, _)| *class != mask_index)
                {
                    // The same label again is another one only after a blank.
                    let before = if beam.labels.last() == Some(&(class as i64)) {
                        beam.blank
                    } else {
                        all
                    };
                    let longer = [&beam.labels[..], &[class as i64]].concat();
                    let longer = next.entry(longer).or_insert((never, never));
                    longer.1 = add(longer.1, before + score);
                }
            }
            beams = next
                .into_iter()
                .map(|(labels, (blank, label))| Beam {
                    labels,
                    blank,
                    label,
                })
                .collect();
            beams.sort_by(|a, b| add(b.blank, b.label).total_cmp(&add(a.blank, a.label)));
            beams.truncate(beam_width);
        }
        for (path, labels) in labels.iter_mut().enumerate() {
            let found = beams.get(path);
            let mut row = found.map_or(Vec::new(), |beam| beam.labels.clone());
            row.resize(time, -1);
            labels.push(Tensor::from(row));
            logarithms.push(found.map_or(never, |beam| add(beam.blank, beam.label)));
        }
    }
    let rows: Vec<Tensor> = labels.into_iter().map(|rows| stack(rows, 0)).collect();
    let logarithms = Tensor::from_vec(logarithms, [lengths.len(), top_paths]);
    let dtype = output.dtype().float();
    Ok((stack(rows, 0), logarithms.cast(dtype)))
}

#[cfg(test)]
mod tests {
    use super::{ctc_beam_search_decode, ctc_greedy_decode, ctc_loss};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn repetitions_need_a_blank_between() {
        let of = |labels: [[i64; 2]; 1], time: usize| {
            let scores = Tensor::zeros([1, time, 3]);
            let length = Tensor::from([time as i64]);
            ctc_loss(
                &Tensor::from(labels),
                &scores,
                &Tensor::from([2_i64]),
                &length,
                0,
            )
            .to_vec::<f32>()
            .unwrap()[0]
        };
        // One way of 27, and seven ways of 27: with a repetition or a blank at each of the places.
        assert!((of([[1, 1]], 3) - 27.0_f32.ln()).abs() < 1e-5);
        assert!(
            (of([[1, 2]], 3) - (27.0_f32 / 5.0).ln()).abs() < 1e-5,
            "{}",
            of([[1, 2]], 3)
        );
    }

    #[test]
    fn errors() {
        let scores = Tensor::zeros([1, 4, 3]);
        let one = Tensor::from([1_i64]);
        assert!(
            ctc_loss(&Tensor::from([1_i64]), &scores, &one, &one, 0)
                .error()
                .is_some()
        );
        assert!(
            ctc_loss(&Tensor::from([[1_i64]]), &scores, &one, &one, 3)
                .error()
                .is_some()
        );
        assert!(
            ctc_greedy_decode(&Tensor::zeros([4, 3]), &one, true, 0)
                .0
                .error()
                .is_some()
        );
        assert!(
            ctc_beam_search_decode(&scores, &one, 0, 1, 0)
                .0
                .error()
                .is_some()
        );
        assert!(
            ctc_beam_search_decode(&scores, &one, 2, 3, 0)
                .0
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        let (labels, lengths) = (Tensor::from([[1_i64, 1], [2, 0]]), Tensor::from([2_i64, 1]));
        let times = Tensor::from([4_i64, 3]);
        check_gradient(
            |x| ctc_loss(&labels, &x[0], &lengths, &times, 0),
            &[&[2, 4, 3]],
        );
    }
}
