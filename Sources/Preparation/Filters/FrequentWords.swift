/// The most frequent words of languages in the Latin script: articles, pronouns, prepositions,
/// conjunctions, forms of to be.
enum FrequentWords {
    static let lists: [String: String] = [
        "cs": "a se na je v že to z s do o k i jako za by po ale jsou který která které pro byl "
            + "byla bylo při jeho nebo až ve než aby",
        "da": "og i at det er en af til på der den som for ikke de med et har var sig fra men om "
            + "han jeg være kan også blev eller hvad efter",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als "
            + "auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem "
            + "über einen so zum war haben nur oder aber vor zur bis mehr durch man",
        "en": "the of and to in is that it was for on are as with his they at be this have from or "
            + "had by but not what all were we when your can said there an which she do how their if "
            + "will you he her has would more been who its",
        "es": "de la que el en y a los se del las un por con no una su para es al lo como más o "
            + "pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue "
            + "había era muy hasta",
        "fi": "ja on ei että se oli hän joka mutta ovat myös kun niin tai en ole mukaan sen olla "
            + "jos kuin vain mitä nyt sitä jo hänen vuoden jotka",
        "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se "
            + "ce il sont avec son aux ou mais comme sa cette été nous ses on leur elle même ces "
            + "fait était deux peut être tout",
        "it": "di e il la che in a per un è del non con una sono i le si da della come al dei nel "
            + "anche alla più ha gli lo se ma delle su o questo era dalla suo ci essere nella hanno "
            + "tra degli",
        "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij "
            + "nog uit door over naar heeft hij was worden wordt of had wel deze tot meer hebben "
            + "geen zich ze",
        "no": "og i det er på som til en at for av med de ikke den har jeg om et var fra men vi "
            + "kan så han eller også ble være hadde ved etter noe",
        "pl": "i w na z do się nie to że jest o jak po za od a przez dla czy jego ale tak był są "
            + "które który być oraz już tylko co może jej jako ich",
        "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao "
            + "das à seu sua ou quando muito nos já também só pelo pela até isso ela entre era "
            + "depois sem são",
        "ro": "de și în a la cu pe care nu din că un o pentru se mai este al sau fi ce au fost ca "
            + "sunt după sa lui prin dar ei fost acest",
        "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag "
            + "sig från vi så kan när man hon eller hade skulle också efter",
        "tr": "ve bir bu da de için ile çok olarak daha olan gibi en ne kadar o var ki ama sonra "
            + "her ben mi değil ya olduğu tarafından göre",
    ]

    /// Languages by their bit.
    static let codes = lists.keys.sorted()

    /// By the hash of a word, one bit for each language that it is frequent in.
    static let table: [UInt64: UInt32] = {
        var table: [UInt64: UInt32] = [:]
        for (index, code) in codes.enumerated() {
            let bytes = Array((lists[code] ?? "").utf8)
            for word in bytes.withUnsafeBufferPointer({ WordScan.words(in: $0) }) {
                table[word.hash, default: 0] |= 1 << UInt32(index)
            }
        }
        return table
    }()
}
