"""The fixed phrases in which pictures are described, in the languages that the page of DescribeImages lists.

Each language has the same phrases, in the order of `MOTIFS`, of `LEADS`, and of `COLOURS`.
"""

MOTIFS = ("plain", "print", "stripes", "picture")
COLOURS = ("white", "black", "grey", "red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink", "brown")
COLOURS += ("beige",)

_TABLE = {
    "en": "a plain surface|a repeating print|stripes|a picture of a single motif|colours"
    "|white|black|grey|red|orange|yellow|green|turquoise|blue|purple|pink|brown|beige",
    "zh": "纯色面料|重复的印花图案|条纹|单个主题的图片|颜色"
    "|白色|黑色|灰色|红色|橙色|黄色|绿色|青绿色|蓝色|紫色|粉色|棕色|米色",
    "ja": "無地の面|繰り返し柄のプリント|ストライプ|一つのモチーフの画像|色"
    "|白|黒|灰色|赤|オレンジ|黄色|緑|ターコイズ|青|紫|ピンク|茶色|ベージュ",
    "ko": "무지 표면|반복되는 프린트|줄무늬|하나의 모티프가 있는 그림|색상"
    "|흰색|검은색|회색|빨간색|주황색|노란색|초록색|청록색|파란색|보라색|분홍색|갈색|베이지색",
    "fr": "une surface unie|un imprimé répété|des rayures|une image à motif unique|couleurs"
    "|blanc|noir|gris|rouge|orange|jaune|vert|turquoise|bleu|violet|rose|marron|beige",
    "es": "una superficie lisa|un estampado repetido|rayas|una imagen de un solo motivo|colores"
    "|blanco|negro|gris|rojo|naranja|amarillo|verde|turquesa|azul|morado|rosa|marrón|beige",
    "it": "una superficie in tinta unita|una stampa ripetuta|righe|un'immagine con un solo motivo|colori"
    "|bianco|nero|grigio|rosso|arancione|giallo|verde|turchese|blu|viola|rosa|marrone|beige",
    "de": "eine einfarbige Fläche|ein sich wiederholender Druck|Streifen|ein Bild mit einem einzelnen Motiv|Farben"
    "|Weiß|Schwarz|Grau|Rot|Orange|Gelb|Grün|Türkis|Blau|Violett|Rosa|Braun|Beige",
    "tr": "düz bir yüzey|tekrarlayan bir baskı|çizgiler|tek motifli bir resim|renkler"
    "|beyaz|siyah|gri|kırmızı|turuncu|sarı|yeşil|turkuaz|mavi|mor|pembe|kahverengi|bej",
    "ru": "однотонная поверхность|повторяющийся принт|полосы|изображение с одним мотивом|цвета"
    "|белый|чёрный|серый|красный|оранжевый|жёлтый|зелёный|бирюзовый|синий|фиолетовый|розовый|коричневый|бежевый",
    "pt": "uma superfície lisa|uma estampa repetida|listras|uma imagem de um só motivo|cores"
    "|branco|preto|cinza|vermelho|laranja|amarelo|verde|turquesa|azul|roxo|rosa|marrom|bege",
    "vi": "một bề mặt trơn|họa tiết in lặp lại|sọc|một bức ảnh có một họa tiết duy nhất|màu sắc"
    "|trắng|đen|xám|đỏ|cam|vàng|xanh lá cây|xanh ngọc|xanh dương|tím|hồng|nâu|be",
    "id": "permukaan polos|motif cetak berulang|garis-garis|gambar dengan satu motif|warna"
    "|putih|hitam|abu-abu|merah|oranye|kuning|hijau|pirus|biru|ungu|merah muda|cokelat|krem",
    "th": "พื้นผิวสีเรียบ|ลายพิมพ์ซ้ำ|ลายทาง|ภาพที่มีลวดลายเดียว|สี|ขาว|ดำ|เทา|แดง|ส้ม|เหลือง|เขียว|เขียวอมฟ้า|น้ำเงิน|ม่วง|ชมพู|น้ำตาล|เบจ",
    "ms": "permukaan kosong|corak cetakan berulang|jalur|gambar dengan satu motif|warna"
    "|putih|hitam|kelabu|merah|jingga|kuning|hijau|firus|biru|ungu|merah jambu|perang|kuning air",
}

LANGUAGES = tuple(_TABLE)


def sentence(motif: str, colours: list[str], language: str) -> str:
    """A motif of MOTIFS and colours of COLOURS, in words of one of LANGUAGES."""
    phrases = _TABLE[language].split("|")
    motifs, lead, names = phrases[: len(MOTIFS)], phrases[len(MOTIFS)], phrases[len(MOTIFS) + 1 :]
    told = ", ".join(names[COLOURS.index(colour)] for colour in colours)
    return f"{motifs[MOTIFS.index(motif)]}, {lead}: {told}"
