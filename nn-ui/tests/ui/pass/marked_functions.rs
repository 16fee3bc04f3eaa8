//! Functions under `#[model]` are followed: of this module and others, called by any path, with arguments of any kind.
#![deny(warnings)]

use nn::prelude::*;

const WIDTH: usize = 8;

/// Adds.
#[model]
fn join(a: &Tensor, b: &Tensor) -> Tensor {
    a + b
}

#[model]
#[inline]
pub fn widen(x: Tensor, n: usize) -> Tensor {
    let both = twice(&x);
    both.reshape([-1, n as isize, WIDTH as isize])
}

mod helpers {
    use nn::prelude::*;

    #[nn::model]
    pub(crate) fn twice(x: &Tensor) -> Tensor {
        nn::concatenate([x, x], -1)
    }

    /// Not marked, and not followed.
    pub fn other(x: Tensor) -> Tensor {
        x
    }
}

use helpers::twice;

#[model]
fn first<'a>(parts: &'a [Tensor], _: Option<&Tensor>) -> nn::Result<Tensor> {
    let Some(first) = parts.first() else {
        return Err(nn::Error::value("no parts"));
    };
    Ok(first.clone())
}

#[model]
fn of_any<T: Into<Tensor>>(x: T) -> Tensor {
    x.into()
}

#[model(input = [8], new(), check = "strict")]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = join(&self.dense(&x), &x);
        widen(helpers::twice(&y), 4)
    }
}

#[model(input = [8], new())]
struct Partly {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Partly {
    fn call(&self, x: Tensor) -> nn::Result<Tensor> {
        let x = helpers::other(x);
        let y = first(&[self.dense(&x), x], None)?;
        Ok(of_any(y))
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [4, 8]);
    let x = Tensor::ones([2, 8]);
    assert_eq!(Net::new().forward(&x).shape(), [2, 4, 8]);
    assert_eq!(Partly::new().forward(&x).shape(), [2, 3]);
}
