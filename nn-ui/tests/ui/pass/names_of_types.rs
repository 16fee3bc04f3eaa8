//! Types under other names: what holds layers, and what `call` takes by reference.
#![deny(warnings)]

use nn::prelude::*;

type Stack<const N: usize> = [Dense; N];
type Maybe<L> = Option<L>;
type Twice = Maybe<Stack<2>>;
type Ref<'a> = &'a Tensor;
type Both<'a> = (Ref<'a>, Ref<'a>);

#[model(input = [4], new())]
struct Declared {
    #[layer(4)]
    three: Stack<3>,
    #[layer(4)]
    maybe: Maybe<Dense>,
    #[layer(4)]
    twice: Twice,
    #[layer(4)]
    all: [Maybe<Dense>; 2],
}

#[model]
impl Declared {
    fn call(&self, x: Tensor) -> Tensor {
        self.all(self.twice(self.maybe(self.three(x))))
    }
}

#[model]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Ref<'_>, mask: Option<Ref<'_>>, both: Both<'_>) -> Tensor {
        let y = self.a(x) + self.a(both.0) + self.a(both.1);
        match mask {
            Some(mask) => y * mask,
            None => y,
        }
    }
}

pub fn main() {
    type Pair = [Dense; 2];

    #[model(input = [4], new())]
    struct Inner {
        #[layer(3)]
        a: Pair,
    }

    #[model]
    impl Inner {
        fn call(&self, x: Tensor) -> Tensor {
            self.a(x)
        }
    }

    let x = Tensor::ones([1, 4]);
    assert_eq!(Declared::new().forward(&x).shape(), [1, 4]);
    assert_eq!(Declared::OUTPUT, [4]);
    assert_eq!(Inner::new().forward(&x).shape(), [1, 3]);
    let net = Net { a: Dense::new(4) };
    assert_eq!(net.forward((&x, Some(&x), (&x, &x))).shape(), [1, 4]);
}
