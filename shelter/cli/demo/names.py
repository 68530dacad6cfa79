"""Names that one meets: given names and surnames by where somebody comes from. Put together by chance."""

from __future__ import annotations

_NAMES = {
    "EC": (
        "María Rosa Ana Lucía Carmen Elena Gabriela Daniela Andrea Paola Verónica Mónica Patricia Silvia Fernanda "
        "Belén Nathaly Karina Jessica Evelyn Joselyn Melany Dayana Génesis Camila Valeria Emilia Martina Isabel Blanca "
        "Mercedes Luz Esperanza Rocío Marisol Alexandra Tatiana Ximena Viviana Mayra Lorena Maribel Noemí Raquel "
        "Miriam Narcisa Jacinta Zoila Yolanda",
        "José Luis Carlos Juan Miguel Ángel Jorge Diego Andrés Cristian Kevin Bryan Alexander Steven Jefferson Mateo "
        "Santiago Sebastián David Daniel Marco Wilson Édison Freddy Darwin Iván Ramiro Patricio Segundo Manuel",
        "Guamán Quishpe Chiluisa Toapanta Yánez Cevallos Zambrano Mendoza Moreira Vera Alcívar Delgado Cedeño Macías "
        "Intriago Quiñónez Caicedo Preciado Angulo Estupiñán Ortiz Sánchez García Rodríguez López Pérez González "
        "Torres Flores Castillo Andrade Salazar Paredes Villacís Cárdenas Jaramillo Loaiza Aguilar Espinoza Romero "
        "Ordóñez Córdova Pacheco Rivera Mora Suárez Tomalá Reyes Benítez Armijos",
    ),
    "kichwa": (
        "Sisa Nina Killa Sami Urpi Wayra Tamia Yuyak Rosa María Luz Dolores Mercedes Juana Manuela Tránsito",
        "Inti Rumi Amaru Sayri Yachak Tupak Kuri Segundo Manuel José Pedro Antonio",
        "Quishpe Guamán Tituaña Caiza Yumbo Grefa Tanguila Andy Maldonado Conejo Cotacachi Lema Morocho Yupanki Chimbo "
        "Guaraca Pilamunga Cuji Tenesaca Saquinga",
    ),
    "VE": (
        "Yuleisy Mariángel Génesis Oriana Yorgelis Rosángela Andreína Daniela Valentina Nairobis Yusmary Kimberly "
        "Adriana María Gabriela Luisana Estefanía Paola Carolina Milagros",
        "José Jesús Luis Yorman Wilmer Carlos Kleiver Eduardo Rafael Anderson Johan Jhonny Gabriel Ángel",
        "Rodríguez González Pérez Hernández García Márquez Rojas Colmenares Bracho Urdaneta Villalobos Chirinos "
        "Mendoza Rivas Blanco Arteaga Guerrero Lugo Sequera Parra",
    ),
    "CO": (
        "Leidy Yurani Paola Luz Diana Marcela Sandra Milena Angie Tatiana Yésica Carolina Johana Katherine Nelly "
        "Valentina",
        "Jhon Andrés Fabián Duván Camilo Óscar Julián Mauricio Wílmar Esteban Yeison",
        "Rodríguez Martínez Valencia Mosquera Hurtado Rentería Arboleda Grueso Cuero Ramírez Gómez Ospina Londoño "
        "Erazo Narváez Rosero Chamorro Burbano",
    ),
    "PE": (
        "Rosa Flor Milagros Yesenia Lizbeth Maricielo Karen Nélida Ruth Sonia Deysi Janet",
        "Juan Luis Percy Wilder Elmer Hugo Rubén Jhon Édgar Renzo",
        "Quispe Mamani Flores Huamán Rojas Chávez Ramos Castro Vásquez Saavedra Chumpitaz Ancajima Yarlequé Sernaqué",
    ),
    "HT": (
        "Mireille Fabienne Roseline Guerda Nadège Marie Islande Wideline",
        "Jean Wilner Frantz Jocelyn Emmanuel Rodney",
        "Pierre Joseph Baptiste Charles Louis Augustin Desir Toussaint",
    ),
    "BR": (
        "Jéssica Luana Tainá Adriana Patrícia Raquel",
        "João Thiago Rafael Márcio",
        "Silva Souza Oliveira Pereira Nascimento Barbosa",
    ),
    "CN": (
        "Mei Xiaoling Yan Jing Lihua",
        "Wei Jun Hao Qiang",
        "Chen Lin Huang Zheng Wu",
    ),
    "NG": (
        "Blessing Joy Patience Favour Grace",
        "Emeka Chidi Sunday Victor",
        "Okafor Osagie Eze Adeyemi Bello",
    ),
}
POOLS = {place: tuple(tuple(names.split()) for names in three) for place, three in _NAMES.items()}
"""By nationality (or people): feminine, masculine, surnames."""
SHORT = {
    "Rosa": ("Rosita", "Rosi"), "María": ("Mari",), "Gabriela": ("Gaby",), "Daniela": ("Dani",), "Fernanda": ("Fer",),
    "Verónica": ("Vero",), "Alexandra": ("Ale",), "Valentina": ("Valen",), "Isabel": ("Isa",), "Lucía": ("Luci",),
    "Carolina": ("Caro",), "Patricia": ("Paty",), "Esperanza": ("Espe",), "Mercedes": ("Meche",), "José": ("Pepe",),
    "Luis": ("Lucho",), "Sebastián": ("Seba",), "Santiago": ("Santi",), "Andrés": ("Andy",), "Milagros": ("Mili",),
    "Tatiana": ("Tati",), "Yolanda": ("Yoli",), "Viviana": ("Vivi",),
}
"""What somebody of that name may be called."""
