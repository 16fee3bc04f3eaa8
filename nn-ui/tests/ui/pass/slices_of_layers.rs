//! Lists of layers that do not grow: `Box<[_]>` and `Arc<[_]>`, which several fields may share.
#![deny(warnings)]

use nn::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

#[model(input = [4], new(depth: usize = 3))]
struct Declared {
    #[layer(4; depth)]
    boxed: Box<[Dense]>,
    #[layer(4; 2)]
    shared: Arc<[Dense]>,
    #[layer(4, activation = Activation::Relu; 2)]
    maybe: Option<Box<[Dense]>>,
    #[layer(4; 2)]
    lists: Vec<Arc<[Dense]>>,
}

#[model]
impl Declared {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.maybe(self.shared(self.boxed(x)));
        self.lists.iter().fold(x, |x, list| list.forward(x))
    }
}

#[model]
struct Net {
    a: Arc<[Dense]>,
    b: Arc<[Dense]>,
    more: Option<Arc<[Dense]>>,
    named: BTreeMap<String, Box<[Dense]>>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.more(self.b(self.a(x)));
        self.named["last"].iter().fold(x, |x, l| l.forward(x))
    }
}

pub fn main() {
    let net = Declared::new(5);
    assert_eq!(net.boxed.len(), 5);
    assert_eq!(net.forward(Tensor::ones([2, 4])).shape(), [2, 4]);
    assert_eq!(net.clone_model().config(), net.config());

    let list: Arc<[Dense]> = vec![Dense::new(4), Dense::new(4)].into();
    let last = vec![Dense::new(3)].into_boxed_slice();
    let net = Net {
        a: list.clone(),
        b: list,
        more: None,
        named: BTreeMap::from([("last".to_string(), last)]),
    };
    assert_eq!(net.forward(Tensor::ones([2, 4])).shape(), [2, 3]);
    let parameters = net.parameters();
    let paths: Vec<&str> = parameters.iter().map(|p| p.path()).collect();
    let expected = [
        "a.0.kernel",
        "a.0.bias",
        "a.1.kernel",
        "a.1.bias",
        "named.last.0.kernel",
        "named.last.0.bias",
    ];
    assert_eq!(paths, expected);
    let copy = net.clone_model();
    assert!(Arc::ptr_eq(&copy.a, &copy.b));
    assert_eq!(copy.config(), net.config());
}
