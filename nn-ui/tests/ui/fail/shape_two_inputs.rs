use nn::prelude::*;

#[model(input = ([5], [8]), new())]
struct WideAndDeep {
    #[layer(30)]
    hidden: Dense,
    #[layer(1)]
    main: Dense,
}

#[model]
impl WideAndDeep {
    fn call(&self, (wide, deep): (Tensor, Tensor)) -> Tensor {
        let hidden = self.hidden(deep);
        self.main(wide + hidden)
    }
}

fn main() {}
