//! Sums of products in Einstein's notation.

mod diagonal;
mod ellipsis;
pub(crate) mod spec;

use crate::ops::fail::fail;
use crate::{Error, Result, Tensor, TensorList};
use spec::Spec;

/// A tensor whose axes have letters.
struct Named {
    tensor: Tensor,
    letters: Vec<char>,
}

impl Named {
    /// Summed over the axes that `keep` does not name.
    #[track_caller]
    fn reduced(self, keep: impl Fn(char) -> bool) -> Named {
        let gone: Vec<isize> = (0..self.letters.len())
            .filter(|&i| !keep(self.letters[i]))
            .map(|i| i as isize)
            .collect();
        if gone.is_empty() {
            return self;
        }
        let tensor = self.tensor.sum_axes(gone, false);
        Named {
            tensor,
            letters: self.letters.into_iter().filter(|&c| keep(c)).collect(),
        }
    }

    /// With the axes in another order.
    #[track_caller]
    fn ordered(&self, letters: &[char]) -> Tensor {
        let axis = |c: &char| {
            self.letters
                .iter()
                .position(|d| d == c)
                .expect("the same letters") as isize
        };
        self.tensor
            .transpose(letters.iter().map(axis).collect::<Vec<_>>())
    }

    /// With the axes in the order of the groups, each merged into one.
    #[track_caller]
    fn merged(&self, spec: &Spec, groups: &[&[char]]) -> Tensor {
        let dims: Vec<usize> = groups.iter().map(|g| spec.merged(g)).collect();
        self.ordered(&groups.concat()).reshape(dims)
    }
}

/// The sum over the axes that `keep` does not name of the product of two tensors.
#[track_caller]
fn contract(spec: &Spec, a: Named, b: Named, keep: impl Fn(char) -> bool) -> Result<Named> {
    let a = a.reduced(|c| keep(c) || b.letters.contains(&c));
    let b = b.reduced(|c| keep(c) || a.letters.contains(&c));
    let of = |letters: &[char], f: &dyn Fn(char) -> bool| -> Vec<char> {
        letters.iter().copied().filter(|&c| f(c)).collect()
    };
    let shared = |c: char| a.letters.contains(&c) && b.letters.contains(&c);
    let batch = of(&a.letters, &|c| shared(c) && keep(c));
    let inner = of(&a.letters, &|c| shared(c) && !keep(c));
    let (a_free, b_free) = (
        of(&a.letters, &|c| !shared(c)),
        of(&b.letters, &|c| !shared(c)),
    );
    let letters = [&batch[..], &a_free, &b_free].concat();
    let shape = spec.shape(&letters)?;
    let tensor = if inner.is_empty() {
        let left = a.merged(spec, &[&batch, &a_free, &[]]);
        left * b.merged(spec, &[&batch, &[], &b_free])
    } else {
        let left = a.merged(spec, &[&batch, &a_free, &inner]);
        // As the product takes either side of the second operand, it is not turned needlessly.
        match [&batch[..], &b_free, &inner].concat() == b.letters {
            true => left.matmul_transposed(b.merged(spec, &[&batch, &b_free, &inner])),
            false => left.matmul(b.merged(spec, &[&batch, &inner, &b_free])),
        }
    };
    Ok(Named {
        tensor: tensor.reshape(shape),
        letters,
    })
}

/// Sums of products in Einstein's notation, as NumPy's and Keras's `einsum`: `"bij,bjk->bik"` multiplies batches of matrices.
///
/// Each axis of each operand has a letter; letters that the result does not name are summed over. Without `->` the result has the letters
/// that come once, in alphabetical order. Operands are multiplied from left to right, by matrix products where there is
/// something to sum. `...` stands for all axes without a letter, which are broadcast against those of the other operands, and come first
/// in a result without `->`. A letter twice in one operand takes its diagonal: `"ii"` is the trace.
///
/// Errors: letters that do not match the ranks, sizes that differ under one letter (only what `...` stands for is broadcast).
///
/// ```
/// use nn::{Tensor, ops::einsum};
/// let (query, key) = (Tensor::ones([2, 5, 4, 8]), Tensor::ones([2, 7, 4, 8]));
/// let scores = einsum("bthd,bshd->bhts", [&query, &key]);
/// assert_eq!(scores.shape(), [2, 4, 5, 7]);
/// ```
#[track_caller]
pub fn einsum(spec: &str, operands: impl TensorList) -> Tensor {
    let operands = operands.into_list();
    if let Some(failed) = operands.iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    if operands.is_empty() {
        return fail("einsum", Error::shape("einsum needs at least one operand"));
    }
    let plain = ellipsis::named(spec, operands)
        .and_then(|(text, operands)| diagonal::taken(&text, operands));
    let sum =
        plain.and_then(|(text, operands)| sum_of_products(&Spec::new(&text, &operands)?, operands));
    match sum {
        Ok(tensor) => tensor,
        Err(error) => fail("einsum", error),
    }
}

#[track_caller]
fn sum_of_products(spec: &Spec, operands: Vec<Tensor>) -> Result<Tensor> {
    let named = operands
        .into_iter()
        .zip(&spec.inputs)
        .map(|(tensor, letters)| Named {
            tensor,
            letters: letters.clone(),
        });
    let mut product: Option<Named> = None;
    for (i, next) in named.enumerate() {
        let later = |c: char| {
            spec.output.contains(&c)
                || spec.inputs[i + 1..]
                    .iter()
                    .any(|letters| letters.contains(&c))
        };
        product = Some(match product {
            None => next,
            Some(so_far) => contract(spec, so_far, next, later)?,
        });
    }
    let product = product
        .expect("at least one operand")
        .reduced(|c| spec.output.contains(&c));
    Ok(product.ordered(&spec.output))
}

#[cfg(test)]
mod tests {
    use crate::ops::linalg::einsum;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor, UNKNOWN};

    fn numbers(shape: &[usize]) -> Tensor {
        let n: usize = shape.iter().product();
        (Tensor::arange(n).cast(DType::F64) * 0.37 - 1.0)
            .sin()
            .reshape(shape)
    }

    #[test]
    fn agrees_with_plain_operations() {
        // Sums of up to 12 products of size up to 1: 1e-14 is their rounding.
        let close = |a: &Tensor, b: &Tensor| assert_close(a, b, 1e-14);
        let (a, b, v) = (numbers(&[2, 3]), numbers(&[3, 4]), numbers(&[3]));
        close(&einsum("ij,jk->ik", [&a, &b]), &a.matmul(&b));
        close(
            &einsum("ij,kj->ik", [&a, &numbers(&[4, 3])]),
            &a.matmul(numbers(&[4, 3]).t()),
        );
        close(&einsum("ij,jk->ki", [&a, &b]), &a.matmul(&b).t());
        close(&einsum("ij -> ji", [&a]), &a.t());
        close(&einsum("ij->", [&a]), &a.sum());
        close(&einsum("ij->j", [&a]), &a.sum_axis(0));
        close(&einsum("ij,j", [&a, &v]), &a.matmul(&v));
        close(&einsum("ij,ij->ij", [&a, &a]), &a.square());
        close(&einsum("i,j->ij", [&v, &v]), &v.outer(&v));
        close(&einsum("i,i->", [&v, &v]), &v.square().sum());
        close(
            &einsum("ij,jk,k->i", [&a, &b, &numbers(&[4])]),
            &a.matmul(b.matmul(numbers(&[4]))),
        );
        close(&einsum(",i->i", [&Tensor::from(2.0_f64), &v]), &(&v * 2.0));
        // Something to sum in one operand alone, and a letter that a third operand needs later.
        close(&einsum("ij,jk->k", [&a, &b]), &a.sum_axis(0).matmul(&b));
        let (x, y) = (numbers(&[2, 3, 2]), numbers(&[2, 2]));
        let expected = (x.expand_dims(3) * y.reshape([2, 1, 1, 2]) * v.reshape([1, 3, 1, 1]))
            .sum_axes([0, 1], false);
        close(&einsum("bij,bk,i->jk", [&x, &y, &v]), &expected);
        let (query, key) = (numbers(&[2, 3, 2, 4]), numbers(&[2, 5, 2, 4]));
        let expected = query
            .transpose([0, 2, 1, 3])
            .matmul(key.transpose([0, 2, 3, 1]));
        close(&einsum("bthd,bshd->bhts", [&query, &key]), &expected);
    }

    #[test]
    fn dots_are_broadcast() {
        let close = |a: &Tensor, b: &Tensor| assert_close(a, b, 1e-14);
        let (x, w) = (numbers(&[2, 3, 4]), numbers(&[4, 5]));
        close(&einsum("...i,ij->...j", [&x, &w]), &x.matmul(&w));
        close(&einsum("...i,ij", [&x, &w]), &x.matmul(&w));
        close(&einsum("i...->...", [&x]), &x.sum_axis(0));
        close(&einsum("...", [&x]), &x);
        close(&einsum("b...d->d...b", [&x]), &x.transpose([2, 1, 0]));
        let (one, v) = (numbers(&[2, 1, 4]), numbers(&[3, 1]));
        close(&einsum("...,...->...", [&one, &v]), &(&one * &v));
        close(
            &einsum("...d,...d->...", [&one, &x]),
            &(&one * &x).sum_axis(-1),
        );
        let open = Tensor::abstract_of([UNKNOWN, 5, 8], DType::F32);
        assert_eq!(
            einsum("...d,dk->...k", [&open, &Tensor::ones([8, 2])])
                .shape()
                .to_string(),
            "[_, 5, 2]"
        );
    }

    #[test]
    fn letters_twice_are_diagonals() {
        let close = |a: &Tensor, b: &Tensor| assert_close(a, b, 1e-14);
        let x = numbers(&[3, 3]);
        close(&einsum("ii->i", [&x]), &x.diagonal());
        close(&einsum("ii", [&x]), &x.trace());
        let y = numbers(&[2, 3, 3, 4]);
        close(&einsum("biid->bdi", [&y]), &y.diagonal_with(0, 1, 2));
        close(
            &einsum("...iid,i->...d", [&y, &numbers(&[3])]),
            &y.diagonal_with(0, 1, 2).matmul(numbers(&[3])),
        );
        close(
            &einsum("iii->i", [&numbers(&[2, 2, 2])]),
            &numbers(&[2, 2, 2]).reshape([8]).slice_step(0, .., 7),
        );
    }

    #[test]
    fn an_unknown_batch_stays_unknown() {
        let x = Tensor::abstract_of([UNKNOWN, 5, 8], DType::F32);
        assert_eq!(
            einsum("btd,dhk->bthk", [&x, &Tensor::ones([8, 2, 4])])
                .shape()
                .to_string(),
            "[_, 5, 2, 4]"
        );
        assert_eq!(
            einsum("btd,bsd->bts", [&x, &x]).shape().to_string(),
            "[_, 5, 5]"
        );
    }

    #[test]
    fn errors_name_letters() {
        let message = |spec: &str| {
            einsum(spec, [Tensor::ones([2, 3]), Tensor::ones([4, 5])])
                .into_result()
                .unwrap_err()
                .to_string()
        };
        let e = message("ij,jk->ik");
        assert!(
            e.contains("einsum \"ij,jk->ik\": `j` is 3 in one operand and 4 in another, [4, 5]"),
            "{e}"
        );
        assert!(e.contains("einsum/mod.rs"), "the caller's line: {e}");
        assert!(message("ij->ij").contains("1 operands are named, 2 were given"));
        assert!(message("ijk,lm->i").contains("`ijk` has 3 letters, its operand rank 2 [2, 3]"));
        assert!(message("ii,kl->k").contains("`i` is 2 and 3 in one operand"));
        assert!(message("ij,kl->z").contains("`z` of the result is not an axis of any operand"));
        assert!(message("ij,kl->ii").contains("`i` stands for two axes of the result"));
        assert!(message("..j,kl->k").contains("`.` is not a letter"));
        assert!(message("...j,kl->k").contains("the result leaves out `...`"));
        assert!(message("...j...,kl->...").contains("`...` stands twice in one operand"));
        assert!(message("...ijk,kl->...").contains("has more letters than its operand axes"));
        assert!(
            message("...,...->...")
                .contains("`...` stands for sizes that do not fit, [2, 3] and [4, 5]")
        );
        assert!(einsum("", [] as [Tensor; 0]).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| einsum("bij,bkj->ikb", x), &[&[2, 2, 3], &[2, 2, 3]]);
        check_gradient(|x| einsum("ij,jk,ik->j", x), &[&[2, 3], &[3, 2], &[2, 2]]);
        check_gradient(
            |x| einsum("...ii,...->...i", x).square(),
            &[&[2, 3, 3], &[1]],
        );
    }
}
