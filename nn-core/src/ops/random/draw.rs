//! Random numbers as operations: a distribution with a seed and a counter.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec};
use crate::tensor::own_stream::OwnStream;
use crate::tensor::seed;
use crate::tensor::stream::Stream;
use crate::tensor::variates::{self, Distribution};
use crate::{DType, Result, Shape, Tensor};

/// Numbers of a distribution: element `i` is a function of the seed, the counter and `i`. No inputs.
struct Draw {
    distribution: Distribution,
    shape: Shape,
    dtype: DType,
    stream: Stream,
    /// Where a graph that runs again draws from, if not from the thread's stream.
    own: Option<OwnStream>,
}

impl Op for Draw {
    fn name(&self) -> &'static str {
        match self.distribution {
            Distribution::Uniform(..) => "random_uniform",
            Distribution::Normal(..) => "random_normal",
            Distribution::TruncatedNormal(..) => "random_truncated_normal",
            Distribution::Bernoulli(_) => "random_bernoulli",
            Distribution::Randint(..) => "random_randint",
            Distribution::Gamma(_) => "random_gamma",
            Distribution::Beta(..) => "random_beta",
            Distribution::Binomial(..) => "random_binomial",
        }
    }

    fn attributes(&self) -> Attributes {
        let all = Attributes::new();
        let all = match &self.distribution {
            Distribution::Uniform(low, high) => all.with("low", low).with("high", high),
            Distribution::Normal(mean, stddev) | Distribution::TruncatedNormal(mean, stddev) => {
                all.with("mean", mean).with("stddev", stddev)
            }
            Distribution::Bernoulli(probability) => all.with("probability", probability),
            Distribution::Randint(low, high) => all.with("low", low).with("high", high),
            Distribution::Gamma(alpha) => all.with("alpha", alpha),
            Distribution::Beta(alpha, beta) => all.with("alpha", alpha).with("beta", beta),
            Distribution::Binomial(count, probability) => all
                .with("count", &(*count as i64))
                .with("probability", probability),
        };
        all.with("shape", &self.shape)
            .with("dtype", &self.dtype)
            .with("seed", &self.stream.seed)
            .with("draw", &self.stream.draw)
    }

    fn infer(&self, _: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.shape, self.dtype).into())
    }

    fn forward(&self, _: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let key = { self.stream }.next_key();
        Ok(variates::fill(self.distribution, self.shape, self.dtype, key).into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(Vec::new())
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        Ok(Some(OpHandle::new(Draw {
            shape: binding.shape(&self.shape)?,
            stream: seed::bound(self.own.as_ref(), binding.stream),
            own: self.own.clone(),
            ..*self
        })))
    }

    fn is_random(&self) -> bool {
        self.own.is_none()
    }
}

/// The next draw of the thread's stream.
#[track_caller]
pub(crate) fn draw(distribution: Distribution, shape: Shape, dtype: DType) -> Tensor {
    let stream = seed::next_stream();
    apply(
        Draw {
            distribution,
            shape,
            dtype,
            stream,
            own: seed::own_stream(),
        },
        &[],
    )
}
