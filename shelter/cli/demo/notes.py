"""What the notes of services say: a headline that tells little, a body for one discipline. Invented, never graphic."""

from __future__ import annotations

from typing import NamedTuple

from shelter.codes.services import Discipline, NotHeld
from shelter.codes.services import ServiceType as T

from .chance import Dice


class Note(NamedTuple):
    """A headline for those who care for her, a body for one discipline."""

    headline: str
    body: str | None


def held(dice: Dice, kind: T, *, with_a_child: bool = False) -> Note:
    """The note of a service that took place."""
    headlines, bodies = _NOTES[kind]
    if with_a_child:
        bodies = _WITH_A_CHILD.get(kind, bodies)
    parts = [dice.one(bodies), dice.one(_AFTERWARDS[kind.of])]
    return Note(dice.one(headlines), " ".join(parts if dice.chance(0.75) else parts[:1]))


def missed(dice: Dice, reason: NotHeld) -> Note:
    """The note of one that could not take place."""
    return Note(dice.one(_MISSED[reason]), None)


_NOTES: dict[T, tuple[tuple[str, ...], tuple[str, ...]]] = {
    T.FIRST_AID: (
        ("Primer acompañamiento a la llegada", "Se ofreció calma y un espacio propio",
         "Primer encuentro; se acordó descansar"),
        ("Se ofreció agua, un lugar cómodo y tiempo. Se explicó dónde está y que aquí nadie obliga a contar nada.",
         "Llegó con cansancio y sobresalto. Hicimos respiración pausada y nombramos lo que hay en la habitación.",
         "Se escuchó sin preguntar detalles. Hoy lo importante era dormir y saber que la puerta tiene llave.",
         "Se presentó al equipo por su nombre y se acordó quién acompaña durante la primera noche."),
    ),
    T.CRISIS: (
        ("Acompañamiento en un momento difícil; quedó en calma",
         "Se usó su plan de calma y funcionó", "Momento de angustia; hubo compañía"),
        ("Despertó con miedo. Se usaron los pasos de su plan: luz, agua, nombrar cinco cosas.",
         "Una llamada inesperada trajo recuerdos. Se revisó la seguridad del teléfono y alguien quedó cerca.",
         "Pidió ayuda a tiempo, que es un avance grande. Se trabajó con respiración y movimiento suave en el patio."),
    ),
    T.INDIVIDUAL: (
        ("Sesión individual; participó con interés", "Sesión individual, a su ritmo",
         "Sesión individual; trabajamos recursos propios",
         "Sesión individual; sigue el plan acordado", "Sesión individual; se respetaron sus pausas",
         "Sesión individual; cierre en calma"),
        ("Cuenta que durmió cinco noches seguidas. Identifica qué le ayuda: música baja y escribir antes de acostarse.",
         "Se trabajó la culpa que siente por cosas que no dependían de su voluntad. Pudo decirlo en voz alta.",
         "Eligió hablar de su familia. Reconoce a dos personas que le quieren bien y desea escribirles.",
         "Se revisaron señales de alerta y qué hacer con cada una. El plan de calma queda escrito con sus palabras.",
         "Hoy prefirió dibujar. El dibujo muestra una casa con ventanas; habló de cómo sería la suya.",
         "Dice que confía un poco más. Todavía le cuesta estar en lugares con mucha gente.",
         "Se practicó decir que no en situaciones cotidianas. Lo probó en la cocina y salió bien.",
         "Recordó un logro de antes: terminó la escuela trabajando. Se anotó como fortaleza.",
         "Le preocupa el dinero que espera su familia. Se separó lo que puede hacer hoy de lo que puede esperar."),
    ),
    T.GROUP: (
        ("Actividad de grupo; participó", "Taller de grupo", "Actividad de grupo; escuchó y compartió"),
        ("El grupo trabajó las emociones con tarjetas. Compartió dos ideas y acompañó a alguien que recién llegaba.",
         "Círculo de palabra sobre límites. Al principio escuchó; al final pidió la palabra.",
         "Taller de tejido y conversación. Se rió con el grupo por primera vez desde su llegada.",
         "Actividad al aire libre. Propuso el juego y organizó los equipos."),
    ),
    T.FAMILY: (
        ("Encuentro con su familia, con acuerdos claros", "Conversación con su familia"),
        ("Habló con su hermana veinte minutos. Se acordó antes qué contar y qué no; salió como quería.",
         "Sesión con su madre. Se trabajó cómo acompañar sin preguntar de más.",
         "Su tía quiere ayudar. Se conversó sobre horarios, confianza y qué hace falta para un buen regreso."),
    ),
    T.PSYCHIATRY: (
        ("Salud mental: derivación, con su acuerdo", "Salud mental: seguimiento"),
        ("Está de acuerdo con una evaluación. Se pidió turno en el centro de salud y se explicó en qué consiste.",
         "Acudió a la consulta. Refiere que le escucharon con respeto; el tratamiento sigue en el área de salud."),
    ),
    T.RIGHTS: (
        ("Información sobre sus derechos", "Conversación sobre opciones legales, sin apuro",
         "Se resolvieron dudas legales"),
        ("Se explicaron sus derechos con ejemplos y en palabras sencillas. Queda claro que denunciar es decisión suya.",
         "Preguntó si tiene que declarar muchas veces. Se explicó el testimonio anticipado y el acompañamiento.",
         "Se revisaron las opciones: denunciar ahora, más adelante o no hacerlo. Se llevó una hoja con los teléfonos.",
         "Preguntó por su familia. Se explicó qué pueden hacer la Junta Cantonal y la Defensoría Pública."),
    ),
    T.COMPLAINT: (
        ("Acompañamiento a la Fiscalía", "Trámite en la Fiscalía, con acompañamiento", "Gestión ante la Fiscalía"),
        ("Decidió presentar la denuncia. El acompañamiento duró toda la mañana y pudo hacer pausas cuando quiso.",
         "Se amplió la denuncia con documentos. El número de expediente queda en la carpeta legal.",
         "Se presentó la denuncia en la unidad especializada. Pidió que no se diga su nombre en la sala."),
    ),
    T.PROTECTION: (
        ("Gestión de medidas de protección", "Medidas de protección: seguimiento",
         "Medidas de protección: se explicó el avance"),
        ("Se solicitaron medidas de protección. La autoridad fijó fecha para resolver.",
         "Medidas otorgadas. Se explicó qué significan y qué hacer si alguien no las respeta.",
         "Se revisó la boleta en conjunto y se guardó una copia. La policía conoce las medidas, no la dirección."),
    ),
    T.SPAVT: (
        ("Gestión con el SPAVT", "SPAVT: siguiente paso, con su acuerdo"),
        ("Se explicó el sistema de protección y quiso solicitarlo. Se envió el pedido con su firma.",
         "Entrevista de ingreso realizada. Pidió que las llamadas lleguen solo por medio de la casa."),
    ),
    T.IDENTITY: (
        ("Trámite de documento de identidad", "Registro Civil: avanza el trámite", "Recuperación de documentos"),
        ("Se pidió la partida de nacimiento. El turno en el Registro Civil es la próxima semana.",
         "Recibió su cédula. Fue un momento importante: leyó su nombre en voz alta.",
         "Se presentó constancia de pérdida. Mientras tanto llevará un certificado con foto."),
    ),
    T.MIGRATION: (
        ("Regularización migratoria: avanza", "Trámite migratorio, con acompañamiento",
         "Situación migratoria: siguiente paso acordado"),
        ("Se revisó su situación migratoria y las visas posibles. Falta el certificado de antecedentes.",
         "Se presentó la solicitud de refugio. La entrevista será con intérprete y con apoyo de la casa.",
         "La visa por condición de víctima de trata está en trámite. No se entregó la dirección de la casa."),
    ),
    T.HEARING: (
        ("Proceso judicial, con acompañamiento", "Proceso judicial: se informó con calma",
         "Acompañamiento en el proceso"),
        ("Se preparó la audiencia: quién estará, qué puede pedir, cómo hacer una pausa. Será por cámara de Gesell.",
         "La audiencia se realizó. Pudo hablar por videoconferencia sin encontrarse con nadie.",
         "El juzgado cambió la fecha. Le molestó y es comprensible; se acordó llamar antes de cada traslado."),
    ),
    T.REPARATION: (
        ("Reparación integral: avance", "Conversación sobre reparación integral"),
        ("Se explicó qué es la reparación integral. Para su vida, lo principal es estudiar y que se le crea.",
         "Se ordenaron recibos y certificados para el pedido de reparación."),
    ),
    T.TRIAGE: (
        ("Valoración de salud a la llegada", "Primera revisión de salud; sin urgencias",
         "Primera revisión de salud; se da cuidado inmediato"),
        ("Signos vitales estables. Cansancio y poco apetito. Se indica hidratación, descanso y control en 48 horas.",
         "Refiere dolor de cabeza desde hace días. Sin signos de alarma. Se deja medicación en sobre para la noche.",
         "Se preguntó por alergias y tratamientos en curso; se anotaron para el turno. Acepta control esta semana."),
    ),
    T.CHECK_UP: (
        ("Chequeo general realizado", "Control de salud; todo según lo previsto",
         "Control de salud", "Control médico en el centro de salud"),
        ("Examen físico sin hallazgos que requieran urgencia. Se piden exámenes de sangre y control visual.",
         "Resultados dentro de lo esperado. Anemia leve: se ajusta la alimentación y se indica suplemento.",
         "Ha recuperado peso y duerme mejor. Se espacian los controles.",
         "Se revisó presión arterial y se explicó cada paso antes de hacerlo. Pidió que atienda una mujer y así fue."),
    ),
    T.REPRODUCTIVE: (
        ("Consejería en salud", "Control de salud programado", "Consulta de salud, con consentimiento"),
        ("Consejería en salud sexual y reproductiva. Se resolvieron preguntas; decidirá con tiempo.",
         "Control realizado con su consentimiento y con una persona de confianza presente. Resultados en una semana.",
         "Se entregaron resultados en privado. No requiere tratamiento; próximo control en tres meses."),
    ),
    T.VACCINE: (
        ("Vacunación", "Esquema de vacunas"),
        ("Se aplicó la dosis que faltaba. Sin molestias después de media hora.",
         "Se revisó el carné y se completó el esquema. Próxima dosis en dos meses."),
    ),
    T.DENTAL: (
        ("Atención dental", "Cita dental con acompañamiento"),
        ("Limpieza y revisión. Dos piezas por tratar; acepta volver.",
         "Tratamiento terminado. Dice que vuelve a masticar sin dolor y que sonríe en las fotos."),
    ),
    T.TREATMENT: (
        ("Revisión del tratamiento", "Control del tratamiento", "Tratamiento: se revisó con calma"),
        ("Tolera bien el tratamiento. Se prepara la semana en sobres y se informa al turno solo la hora.",
         "Se cambió la toma a la noche porque le daba sueño. Control en quince días.",
         "Termina el tratamiento indicado. Se conversó sobre qué hacer si vuelve el malestar."),
    ),
    T.EMERGENCY: (
        ("Atención de urgencia; regresó a la casa", "Salida a emergencias con acompañamiento"),
        ("Dolor abdominal por la noche; se acudió a emergencias. Hubo valoración médica y volvió con indicaciones.",
         "Fiebre alta. Recibió atención en el hospital y regresó el mismo día; control mañana."),
    ),
    T.BASIC_KIT: (
        ("Entrega de ropa y artículos de aseo", "Artículos personales entregados", "Ropa y útiles, a su elección"),
        ("Eligió la ropa que prefirió. Se entregó kit de aseo y una libreta.",
         "Se completó lo que faltaba: zapatos, abrigo y útiles. Escogió el color de su cobija.",
         "Kit de llegada con ropa, toalla, cepillo y una bolsa con cierre para sus cosas."),
    ),
    T.SCHOOL: (
        ("Regreso a los estudios: avanza", "Gestión escolar", "Estudios: buena semana"),
        ("El distrito ofreció cupo en modalidad acelerada. Empieza el lunes y eligió la jornada de la tarde.",
         "Reunión con el DECE sin contar su historia: se habló de apoyos y horarios. Le gustan las matemáticas.",
         "Llevó su primera tarea terminada. Pidió una lámpara para leer."),
    ),
    T.LIFE_SKILLS: (
        ("Taller de vida cotidiana", "Habilidades para la vida", "Habilidades para la vida; aprende con rapidez"),
        ("Se armó un presupuesto semanal con precios del mercado. Calcula con rapidez.",
         "Cambió claves y revisó la ubicación del teléfono. Sabe qué aplicaciones comparten dónde está.",
         "Cocinó para el grupo y explicó la receta. Practicó organizar turnos.",
         "Se practicó cómo tomar dos buses y volver con seguridad. Lo hizo dos veces, la segunda por su cuenta."),
    ),
    T.VOCATIONAL: (
        ("Formación: asistió toda la semana", "Formación y orientación", "Formación; va con ganas"),
        ("Terminó el módulo de panadería y vendió su primera hornada en la feria.",
         "Se aplicó la guía de intereses. Le llaman la atención la electricidad y la peluquería; visitará ambas.",
         "La instructora comenta que aprende rápido y enseña a otras personas del curso."),
    ),
    T.JOB: (
        ("Búsqueda de trabajo con seguridad", "Trabajo: avanza con preparación", "Trabajo: buenas noticias"),
        ("Se preparó la hoja de vida y se revisaron ofertas. Aprendió a reconocer señales de una oferta engañosa.",
         "Entrevista en una cafetería. Preguntó por contrato, horario y afiliación antes de aceptar.",
         "Lleva un mes trabajando. El pago llegó completo y a tiempo; abrió una cuenta de ahorro."),
    ),
    T.ESCORT: (
        ("Acompañamiento fuera de la casa", "Traslado con acompañamiento", "Salida con acompañamiento; sin novedad"),
        ("Se acompañó al banco y de regreso. Eligió la ruta y se sintió con confianza.",
         "Traslado al hospital para un control. Ida y vuelta sin novedad.",
         "Visita a la biblioteca. Sacó carné y dos novelas."),
    ),
    T.INTERPRETING: (
        ("Interpretación durante una cita", "Intérprete por videollamada"),
        ("La intérprete acompañó la consulta y el almuerzo. Prefiere que sea siempre la misma persona.",
         "Interpretación por videollamada, sin cámara. Se comprobó antes que no se conocían."),
    ),
}

_WITH_A_CHILD: dict[T, tuple[str, ...]] = {
    T.INDIVIDUAL: (
        "Hoy prefirió dibujar. El dibujo muestra una casa con ventanas y un perro en la puerta.",
        "Sesión de juego. Organizó la casa de muñecos y puso a alguien a cuidar la entrada.",
        "Puso nombre a tres emociones y eligió un color para cada una.",
        "Cuenta que durmió sin despertarse. Le ayuda la luz del pasillo.",
    ),
    T.GROUP: ("Jugó con el grupo en el patio y propuso las reglas.", "Taller de cuentos: inventó el final."),
    T.RIGHTS: ("Se conversó sobre sus derechos con un cuento. Sabe a quién decir cuando algo no le gusta.",
               "Se explicó con palabras sencillas qué hace la Junta Cantonal y que se escuchará su voz."),
    T.PROTECTION: ("La Junta Cantonal otorgó medidas de protección; se guardó copia.",
                   "Se informó a la autoridad del interés superior y de su opinión."),
    T.LIFE_SKILLS: ("Ayudó a poner la mesa y a cuidar las plantas del patio.",
                    "Practicó el número de la casa y a quién pedir ayuda en la calle."),
    T.SCHOOL: ("Reunión con el DECE sin contar su historia: se habló de apoyos y horarios.",
               "Llevó su primera tarea terminada y la mostró con orgullo."),
    T.CHECK_UP: ("Control de niñez sano; peso y talla avanzan bien.",
                 "Se explicó cada paso antes de hacerlo y eligió quién acompañaba."),
    T.ESCORT: ("Ida y vuelta a la escuela con acompañamiento.", "Visita a la biblioteca. Sacó carné y dos cuentos."),
}

_AFTERWARDS: dict[Discipline, tuple[str, ...]] = {
    Discipline.PSYCHOLOGY: (
        "Acordamos continuar la próxima semana.", "Pidió volver a conversar el jueves.",
        "Se cierra con un ejercicio de respiración.",
        "Se lleva una tarea pequeña, elegida por su cuenta.", "Sin indicadores de riesgo hoy.",
        "Se avisa al turno que prefiere compañía por la noche.",
    ),
    Discipline.LEGAL: (
        "Se explicó el siguiente paso y quedó anotado.", "Decidirá con calma; no hay plazo que apremie.",
        "Se guarda copia en la carpeta legal.",
        "Próxima revisión en dos semanas.", "Entiende que puede cambiar de opinión.",
    ),
    Discipline.MEDICAL: (
        "Próximo control en quince días.", "Se explicó cada indicación y la repitió con sus palabras.",
        "Sin efectos que reportar.",
        "Se informa al turno solo lo necesario.", "Acepta seguir con los controles.",
    ),
    Discipline.SOCIAL: (
        "Se revisará en la reunión del lunes.", "Está conforme con el plan.", "Queda pendiente confirmar la fecha.",
        "Propuso el siguiente paso por su cuenta.", "Se celebró con el grupo.",
    ),
}

_MISSED: dict[NotHeld, tuple[str, ...]] = {
    NotHeld.NOT_THAT_DAY: ("Prefirió otro día; se ofrece nueva hora", "Hoy quiso descansar; se respeta"),
    NotHeld.UNWELL: ("No se sentía bien; se deja para la próxima semana", "Malestar por la mañana; se reprograma"),
    NotHeld.STAFF_AWAY: ("Quien atiende no pudo asistir; se pidió disculpas y hay nueva fecha",
                         "Cambio de turno; se reprograma"),
    NotHeld.INSTITUTION: ("La institución canceló la cita; nueva fecha por confirmar",
                          "El centro no pudo atender; se insiste mañana"),
    NotHeld.OTHER: ("Vía cerrada por la lluvia; se pasa al viernes", "Corte de luz en el barrio; se cambia el día"),
}
