import Fastify from 'fastify';
import gateway from '@mercuriusjs/gateway';

const services = JSON.parse(process.env.SUBGRAPHS).map(({ name, url, schema }) => ({ name, url, schema }));
const app = Fastify();
app.register(gateway, { gateway: { services }, jit: 1 });
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
