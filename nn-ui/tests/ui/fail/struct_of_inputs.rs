use nn::prelude::*;

#[derive(Clone, Tensors)]
struct Views {
    wide: Tensor,
    deep: Tensor,
}

#[model(input = ([4], [6]), new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, views: Views) -> Tensor {
        let wide = self.dense(&views.wide);
        wide + views.deep
    }
}

fn main() {}
