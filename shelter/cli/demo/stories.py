"""What else is told in words: how she arrived, what she wants, plans, contacts, the night shift's list. Invented."""

from __future__ import annotations

from shelter.codes.cases import Exploitation
from shelter.codes.leaving import Destination, Outcome
from shelter.codes.outgoing import Screening

STORIES: dict[Exploitation | None, tuple[str, ...]] = {
    Exploitation.SEXUAL: (
        "Respondió a un anuncio de trabajo que no era lo prometido. Logró pedir ayuda en un centro de salud.",
        "Alguien le ofreció estudios y vivienda, y después controló sus salidas. Pidió apoyo en una farmacia.",
        "Llegó con acompañamiento de la Fiscalía. Cuenta lo necesario y se respeta; quiere mirar hacia adelante.",
    ),
    Exploitation.LABOUR: (
        "Trabajaba de madrugada a noche en una finca y le descontaban la comida y el techo. Un vecino avisó al 911.",
        "Le ofrecieron un sueldo que nunca llegó y guardaron sus documentos. Alguien del trabajo le ayudó a salir.",
        "Cosía en un taller sin horario ni descanso. Supo de la casa por una promotora de derechos.",
    ),
    Exploitation.SERVITUDE: (
        "Vivía en una casa ajena, sin pago y sin llave propia. Una maestra notó que algo no estaba bien.",
        "Le decían que debía mucho dinero y que no podía irse. Una vecina le prestó el teléfono.",
    ),
    Exploitation.FORCED_MARRIAGE: (
        "Su familia acordó una unión que no quería. Buscó a una tía y con su ayuda llamó a la Junta Cantonal.",
        "Aceptó una unión por miedo. Hoy quiere decidir por su cuenta dónde vivir.",
    ),
    Exploitation.BEGGING: (
        "Pasaba el día en la calle y entregaba lo que recibía. Una brigada municipal ofreció ayuda y aceptó.",
        "Le pedían dinero en los semáforos todos los días, sin descanso. Quiere volver a la escuela.",
    ),
    Exploitation.FORCED_RECRUITMENT: (
        "Un grupo del barrio exigía que llevara recados. Su familia pidió apoyo para sacarle de la zona.",
        "Le ofrecieron protección y luego no le dejaron salir. Un entrenador avisó a la Junta Cantonal.",
    ),
    Exploitation.ORGAN_REMOVAL: ("Le ofrecieron dinero por un trámite médico que no entendía. Pidió otra opinión.",),
    Exploitation.ILLEGAL_ADOPTION: (
        "Le pidieron firmar papeles que no podía leer. En el hospital detuvieron el trámite.",
    ),
    Exploitation.OTHER: ("La situación se está aclarando con el equipo legal. Llegó con una mochila y mucho sueño.",),
    None: ("Todavía no desea hablar de lo que pasó; se respeta su tiempo.",
           "Por ahora quiere descansar. Contará cuando y si quiere."),
}

OF_CHILDREN = (
    "Una maestra avisó a la Junta Cantonal. Se cuida que no tenga que repetir lo que pasó.",
    "Llegó con su muñeco de trapo y con alguien de la Junta Cantonal. Aquí puede jugar y descansar.",
    "Una vecina llamó al 911. El equipo conversa con su familia de confianza; aquí se juega y se descansa.",
)

SAFETY = (
    "Nadie fuera del equipo debe saber que está aquí.", "Pide que no se conteste a números desconocidos.",
    "No reconoce peligro inmediato.",
    "Apagó la ubicación del teléfono al entrar.", "Teme que le busquen en el terminal; no salir por esa zona.",
    "Alergia al maní: avisar a la cocina.", "Se siente mejor si sabe quién está de turno.",
)

WISHES = (
    "Dormir, comer algo caliente y llamar a su mamá.", "Estudiar enfermería algún día.",
    "Volver a su tierra cuando sea seguro.",
    "Un trabajo con contrato y un cuarto propio.", "Que su familia esté bien.", "Aprender a leer y escribir mejor.",
    "Recuperar sus documentos.",
    "Tener tranquilidad por un tiempo, sin decidir nada.", "Jugar fútbol y terminar el colegio.",
    "Poner un negocio pequeño de comida.",
    "Que le digan la verdad sobre su caso.", "Aprender a nadar y ver el mar sin miedo.",
)

NEEDS = (
    "Necesita un lugar seguro esta noche. Viene con una funda de ropa.",
    "Está en calma, con hambre y frío. Pide hablar con una mujer.",
    "Sale de una audiencia y no puede volver a donde vivía.", "Hospital le da el alta mañana; no tiene a dónde ir.",
    "Adolescente con medida de la Junta Cantonal. Asiste al colegio.",
    "Llegó sin documentos. Tiene una hermana en otra ciudad.",
    "Requiere acompañamiento a controles de salud.", "No quiere denunciar por ahora; necesita descansar.",
)

REDIRECTED = (
    "No hay cama hasta el lunes. Se coordinó cupo en otra casa de la red, que confirmó.",
    "Necesita atención hospitalaria primero. Se acordó volver a conversar al alta.",
    "Por edad corresponde otra casa; se acompañó la llamada hasta que contestaron.",
)
DECLINED = (
    "Prefirió ir donde una familiar de confianza. Se dejó el número de la casa.",
    "La situación era otra y no requería acogida. Se orientó hacia el servicio social del municipio.",
)

SCREENED = {
    Screening.REFUGE: "Dice que no teme volver; quiere estar cerca de su hermana.",
    Screening.RETURN: "Se habló con ella y con quien la recibe allá: nadie de quienes la captaron vive cerca.",
}
PLANS: dict[Destination, tuple[str, ...]] = {
    Destination.INDEPENDENT: (
        "Arriendo pagado por dos meses, llaves entregadas, red de apoyo en el barrio y trabajo con contrato.",
        "Comparte departamento con dos amigas del curso. Sabe a quién llamar y qué hacer si algo cambia.",
    ),
    Destination.FAMILY: ("Vuelve con su familia; dos personas acompañan. Controles de salud en su cantón.",
                         "Regresa donde su tía. Escuela confirmada y plan de seguridad escrito."),
    Destination.SUPPORTED: ("Vivienda con apoyo por seis meses. Sigue estudiando y con terapia cada quince días.",),
    Destination.OTHER_HOUSE: ("Traslado acordado a otra casa. Se entregó lo necesario, con su permiso.",),
    Destination.FOSTER: ("Familia acogedora aprobada por la autoridad. Se hizo la presentación en tres visitas.",),
    Destination.ABROAD: ("Retorno voluntario, con acompañamiento. Le espera una organización de confianza.",),
    Destination.HEALTH_CARE: ("Continúa su cuidado en un centro de salud. El equipo irá de visita si así lo quiere.",),
    Destination.UNKNOWN: ("Salió antes de lo previsto. Las puertas quedan abiertas y sabe cómo volver.",),
}

CONTACTS: dict[Outcome, tuple[str, ...]] = {
    Outcome.STABLE: ("Trabaja y duerme bien. Pidió que le llamen también dentro de tres meses.",
                     "Vive en el mismo lugar. Todo tranquilo.",
                     "Sigue en el colegio y sacó buenas notas."),
    Outcome.PROGRESS: ("Busca trabajo y ya tuvo dos entrevistas. Mantiene la terapia.",
                       "Le cuesta el arriendo, pero cuenta con su hermana.",
                       "Empezó un curso por las tardes. Se oye con más confianza."),
    Outcome.AT_RISK: ("Perdió el trabajo y debe un mes de arriendo. Se activa apoyo y se llamará en una semana.",
                      "Alguien de antes le escribió. Se revisó el plan de seguridad y se avisó al equipo legal."),
    Outcome.NOT_REACHED: ("No contestó en el horario acordado. No se dejó mensaje.",
                          "El número está apagado. Se intentará el sábado."),
    Outcome.UNSAFE: ("Contestó otra persona; se usó el pretexto acordado y se cortó.",),
    Outcome.RETRAFFICKED: ("Pidió ayuda: la oferta de trabajo era un engaño. Se coordinó apoyo de inmediato.",),
    Outcome.BACK_IN_HOUSE: ("Volvió a la casa por unos días.",),
    Outcome.DECLINED: ("Agradece y prefiere no recibir más llamadas. Sabe que puede escribir cuando quiera.",),
    Outcome.DIED: ("La familia comunicó su fallecimiento. El equipo acompañó a la familia.",),
}

WITH_CHILDREN: dict[Outcome, tuple[str, ...]] = {
    Outcome.STABLE: ("Sigue en la escuela y sacó buenas notas. Su tía cuenta que duerme bien.",
                     "Juega en el equipo del barrio. Todo tranquilo en casa."),
    Outcome.PROGRESS: ("Le costó el cambio de escuela, pero ya tiene amistades.",
                       "Retomó los controles de salud. Su familia pide orientación y se le dio."),
    Outcome.AT_RISK: ("Faltó a clases dos semanas. Se coordina con el DECE y con la Junta Cantonal.",),
}

GIVE = ("Sobre A, 20:00", "Sobre B, 21:00, con algo de comer", "Sobre A, 07:00 y 19:00",
        "Sobre C, 20:30, con un vaso de agua", "Sobre B, 06:30, en ayunas")
DO = (
    "Dejar encendida la luz del pasillo.", "Si despierta con miedo: luz, agua y compañía, sin preguntas.",
    "Alergia al maní: revisar la merienda.",
    "Si alguien llama preguntando, no confirmar que está aquí.",
    "Puede llamar a su mamá a las 19:30 desde el teléfono de la casa.",
    "Sale a las 06:15 a una diligencia; despertar a las 05:30.", "Prefiere que golpeen la puerta y esperen.",
)

HOURS = ("Lunes a viernes, de 18:00 a 19:00", "Domingos por la mañana", "Solo a mediodía",
         "Cualquier día antes de las 08:00", "Martes y jueves, de 15:00 a 16:00")
PRETEXTS = ("Encuesta de la biblioteca", "Aviso del curso de panadería", "La costurera, por el uniforme",
            "Recordatorio del dentista")
NEVER = ("No dejar mensajes de voz.", "No llamar de noche.", "No decir el nombre de la casa.",
         "No escribir por redes sociales.")
CODE_WORDS = ("girasol", "papaya", "domingo", "guitarra", "azul", "canela", "mirlo", "lluvia")
CALLERS = (
    "Agente de turno", "Trabajadora social de turno", "Fiscal de turno", "Promotora de derechos",
    "Secretaría de la Junta", "Psicóloga de la unidad",
)
OFFICES = ("unidad de turno", "oficina de Pichincha", "oficina de El Oro", "equipo territorial",
           "ventanilla de derechos")
PROSECUTOR = "Fiscalía General del Estado, unidad especializada"
