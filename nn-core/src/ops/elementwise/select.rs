//! Choosing among several tensors by several conditions.

use crate::ops::elementwise::where_;
use crate::ops::fail::fail;
use crate::{Error, Operand, Tensor};

/// Each element from the choice of the first condition that is true there, from `default` where none is, as NumPy's and Keras's `select`.
///
/// Conditions are `bool` tensors; all broadcast. The gradient flows to what was chosen only. [`where_`] is the case of one condition.
///
/// Fails for another number of choices than of conditions, and for none.
///
/// ```
/// use nn::{Tensor, ops::select};
/// let x = Tensor::from([-2.0_f32, 0.5, 3.0]);
/// let y = select([x.less(0.0), x.less(1.0)], [-&x, x.square()], 9.0);
/// assert_eq!(y.to_vec::<f32>()?, [2.0, 0.25, 9.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn select<C: Operand, A: Operand>(
    conditions: impl IntoIterator<Item = C>,
    choices: impl IntoIterator<Item = A>,
    default: impl Operand,
) -> Tensor {
    let conditions: Vec<C> = conditions.into_iter().collect();
    let choices: Vec<A> = choices.into_iter().collect();
    if conditions.len() != choices.len() || choices.is_empty() {
        return fail(
            "select",
            Error::value(format!(
                "select needs one choice for each condition, and at least one; found {} conditions and {} choices",
                conditions.len(),
                choices.len()
            )),
        );
    }
    let mut pairs = conditions.into_iter().zip(choices).rev();
    let Some((condition, choice)) = pairs.next() else {
        unreachable!("there is at least one pair")
    };
    let last = where_(condition, choice, default);
    pairs.fold(last, |others, (condition, choice)| {
        where_(condition, choice, others)
    })
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn the_first_true_condition_decides() {
        let x = Tensor::from([1.0_f32, 2.0, 3.0]);
        let y = select(
            [x.less(2.5), x.less(9.0)],
            [x.zeros_like(), x.ones_like()],
            7.0,
        );
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.0, 1.0]);
        check_gradient(
            |x| select([x[0].less(0.5)], [x[0].square()], &x[0]),
            &[&[4]],
        );
    }

    #[test]
    fn another_number_of_choices_fails() {
        let x = Tensor::from([1.0_f32]);
        let none: [Tensor; 0] = [];
        assert!(select([x.less(1.0)], none, 0.0).into_result().is_err());
    }
}
