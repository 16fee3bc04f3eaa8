//! A shape asked of a failed tensor inside a `call` ends as the first error, not as a panic.

mod common;

use common::quiet;
use nn::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Which question `call` asks.
#[model]
struct Asks {
    d: Dense,
    inner: Inner,
    #[config]
    question: usize,
}

#[model]
impl Asks {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.d(x);
        let h = match self.question {
            0 => h.reshape([h.shape()[0], 4, 4]).flatten_from(1),
            1 => h.reshape([h.num_elements() / 16, 16]),
            2 => &h * (3 - h.rank()) as f32,
            3 => self.inner(h),
            _ => {
                let first = h.data::<f32>()[0];
                h * first
            }
        };
        h.relu()
    }
}

#[model]
struct Inner {
    d: Dense,
}

#[model]
impl Inner {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.d(x);
        let wrong = &h + Tensor::ones([7]);
        wrong.reshape([wrong.shape()[0], 16])
    }
}

fn asks(question: usize) -> Asks {
    Asks {
        d: Dense::new(16),
        inner: Inner { d: Dense::new(16) },
        question,
    }
}

#[test]
fn fit_predict_build_and_call_give_the_first_error() {
    for question in [0, 1, 2] {
        let m = asks(question);
        m.build([20]).unwrap();
        let expected = "d (Dense): ";
        let e = m
            .call(Tensor::ones([8, 21]), false)
            .into_result()
            .unwrap_err();
        assert!(e.to_string().starts_with(expected), "{e}");
        let mut m = m.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
        let e = m.predict(Tensor::ones([8, 21])).unwrap_err().to_string();
        assert!(e.starts_with(expected) && e.contains("21"), "{e}");
        let e = m
            .fit((Tensor::ones([8, 21]), Tensor::ones([8, 16])), quiet())
            .unwrap_err()
            .to_string();
        assert!(e.starts_with(expected), "{e}");
        // Everything is as before: the right width still works, in training and not.
        m.fit((Tensor::ones([8, 20]), Tensor::ones([8, 16])), quiet())
            .unwrap();
        assert_eq!(m.predict(Tensor::ones([8, 20])).unwrap().shape(), [8, 16]);
        assert!(!nn::training());
    }
}

#[test]
fn the_error_of_an_inner_layer_keeps_its_place() {
    let e = asks(3).build([20]).unwrap_err().to_string();
    assert!(
        e.starts_with("inner (Inner): ") && e.contains("cannot add"),
        "{e}"
    );
    assert!(asks(3).summary([20]).is_err());
}

#[test]
fn values_cannot_be_read_while_a_model_is_traced() {
    let e = asks(4).build([20]).unwrap_err().to_string();
    assert!(e.contains("has no value while the model is traced"), "{e}");
}

#[test]
fn tapes_record_again_after_it() {
    let m = asks(0);
    m.build([20]).unwrap();
    let tape = GradientTape::new();
    assert!(m.call(Tensor::ones([8, 21]), true).error().is_some());
    let loss = m.call(Tensor::ones([8, 20]), true).sum();
    let gradients = tape.gradient_of_connected(&loss, &m).unwrap();
    assert_eq!(gradients.len(), 2);
}

/// A step of one's own may ask too.
#[model]
struct OwnStep {
    d: Dense,
}

#[model]
impl OwnStep {
    fn call(&self, x: Tensor) -> Tensor {
        self.d(x)
    }

    fn train_step(
        &self,
        step: &mut nn::Step<'_, Self>,
        (x, y): (Tensor, Tensor),
    ) -> nn::Result<()> {
        let tape = GradientTape::new();
        let p = step.forward(x.columns(0..2));
        let p = p.reshape([p.shape()[0], 1]);
        let loss = step.loss(&y, &p);
        step.apply(tape.gradient(&loss, self)?)
    }
}

#[test]
fn a_step_of_ones_own_gives_the_error_too() {
    let mut m =
        OwnStep { d: Dense::new(1) }.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let e = m
        .fit((Tensor::ones([8, 3]), Tensor::ones([8, 1])), quiet())
        .unwrap_err()
        .to_string();
    assert!(e.contains("d (Dense): "), "{e}");
}

#[test]
fn outside_of_a_layer_it_panics_as_documented() {
    let failed = Tensor::ones([2]) + Tensor::ones([3]);
    let panicked = catch_unwind(AssertUnwindSafe(|| failed.shape()));
    let message = panicked.unwrap_err();
    let message = message.downcast_ref::<String>().expect("a message");
    assert!(message.contains("cannot add [2] and [3]"), "{message}");
    // A panic of another kind stays one.
    assert!(catch_unwind(|| Boom { d: Dense::new(1) }.call(Tensor::ones([1, 1]), false)).is_err());
}

#[model]
struct Boom {
    d: Dense,
}

#[model]
impl Boom {
    fn call(&self, x: Tensor) -> Tensor {
        assert!(x.shape()[0] > 5, "too few");
        self.d(x)
    }
}
