// The market's two subgraphs for JavaScript servers: SDL, data and resolvers.
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const market = process.env.MARKET;
const data = JSON.parse(readFileSync(`${market}/data.json`, 'utf8'));
const find = (rows, key, value) => rows.find((row) => row[key] === value) ?? null;
const productOf = (row) => ({ sku: row.product });

const resolvers = {
  catalogue: {
    Query: {
      products: (_, { first }) => data.products.slice(0, first),
      product: (_, { sku }) => find(data.products, 'sku', sku),
      maker: (_, { id }) => find(data.makers, 'id', id),
    },
    Product: {
      __resolveReference: ({ sku }) => find(data.products, 'sku', sku),
      maker: (product) => find(data.makers, 'id', product.maker),
    },
    Maker: {
      __resolveReference: ({ id }) => find(data.makers, 'id', id),
      products: (maker) => data.products.filter((product) => product.maker === maker.id),
    },
  },
  reviews: {
    Query: { latest: () => [...data.reviews, ...data.questions] },
    Mutation: { rate: (_, { sku, stars }) => ({ id: 'new', stars, text: null, product: sku }) },
    Post: { __resolveType: (post) => ('stars' in post ? 'Review' : 'Question') },
    Review: { __resolveReference: ({ id }) => find(data.reviews, 'id', id), product: productOf },
    Question: { product: productOf },
    Product: {
      __resolveReference: (representation) => representation,
      postage: ({ weight, price }) => (weight == null || price == null ? null : Math.floor(weight / 100) + price),
      reviews: ({ sku }) => data.reviews.filter((review) => review.product === sku),
      firstQuestion: ({ sku }) => {
        if (sku === 'desk') throw new Error('no questions about desks');
        return find(data.questions, 'product', sku)?.text ?? null;
      },
    },
  },
};

export const schemaOf = (name) =>
  buildSubgraphSchema({
    typeDefs: parse(readFileSync(`${market}/${name}.graphql`, 'utf8')),
    resolvers: resolvers[name],
  });
