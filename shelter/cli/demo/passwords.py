"""Words for a password that one can read aloud and type on any keyboard."""

_TEXT = """
abeja abrazo abrigo aceite agua aguja alba alegre alma almohada altura amable amigo ancla anillo arcilla arena arroz
aula aurora avena ayer azul baile banco bandera barca barco barrio bosque botella bravo brazo brisa broche bueno
cacao caja calma camino campana canasta canela canoa capa caracol carta casa cascada cedro ceibo cena cerca cereza
cerro cesta chacra cielo ciruela claro clavel cobija cobre coco codo colina collar color cometa condor copa coral
corcho coro corona costa crema cuaderno cuento cuerda dado danza dibujo diente dulce durazno eco enero escoba espejo
espiga espuma establo estrella faro feria fiesta flauta flecha flor fresa fruta fuego fuente gallo garza gato
girasol globo gorra grano grillo guante guaba guitarra haba hamaca harina helado hierba higo hilo hoja hongo horno
huerta iguana isla jarra jinete joya juego jugo junio ladera lago lana laurel leche lenteja letra libro lima lino
llama llano llave lluvia lobo loma loro luna luz madera mango manta manzana mapa mar marzo mate mayo mazorca menta
mesa miel mirlo molino mono mora muelle nadar naranja nariz nevado nido nieve noche norte nube nuez ocho ola olivo
olla orilla oro oruga oso oveja palma paloma pan papaya papel parque pasto patio pausa pera perla pez piano piedra
pino pista planta plata playa pluma poema polen poncho pozo pradera puente puerta puma quena quinua rama rana red
reloj remo risa roble roca ronda ropa rosa rueda ruta saco sal salto sauce seda selva semilla sendero siesta siete
silla sol sombra sopa sur tabla taller tambor tarde taza techo tejido teja tela tierra tigre tinta tomate tomillo
torre tortuga tren trigo trompo tuna turno uva vaca vaso vela velero venado ventana verano verde viaje vida viento
viernes yate yuca zapato zorro
"""
WORDS = tuple(_TEXT.split())
