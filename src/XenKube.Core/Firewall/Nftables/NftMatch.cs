namespace XenKube.Firewall.Nftables;

/// <summary>A match of a rule: fields of the packet, an operator, and values.</summary>
/// <param name="rules">The rules so far, which learn of interfaces and ports.</param>
/// <param name="services">Names of ports.</param>
internal sealed class NftMatch(Ruleset rules, ServiceNames services)
{
    private readonly List<Action> _later = [];

    /// <summary>To be called when all of the file is read, and so all elements of sets are known.</summary>
    public void Finish()
    {
        foreach (var action in _later)
        {
            action();
        }
        _later.Clear();
    }

    /// <summary>A condition that an element of a set or map fulfils.</summary>
    /// <param name="keys">The fields.</param>
    /// <param name="element">The element.</param>
    public Func<Packet, Answer> Of(IReadOnlyList<NftKey> keys, NftElement element)
    {
        if (element.Parts.Count != keys.Count)
        {
            return _ => Answer.Unknown;
        }
        for (var i = 0; i < keys.Count; i++)
        {
            Learn(keys[i], element.Parts[i]);
        }
        return packet =>
        {
            var answer = Answers.All(keys.Select((key, i) => element.Parts[i] == "*" && key is { IsInterface: false }
                ? Answer.Yes : key.Fits(packet, element.Parts[i])));
            return answer == Answer.Yes && !element.IsLasting ? Answer.Unknown : answer;
        };
    }

    /// <summary>A condition that is fulfilled if one of the elements is.</summary>
    public Func<Packet, Answer> AnyOf(IReadOnlyList<NftKey> keys, NftElements set)
    {
        // A file may add elements to a set after the rule that names the set.
        List<Func<Packet, Answer>> tests = [];
        _later.Add(() => tests.AddRange(set.Items.Select(item => Of(keys, item))));
        return packet =>
        {
            var answer = Answers.Any(tests.Select(test => test(packet)));
            return answer == Answer.No && set.IsDynamic ? Answer.Unknown : answer;
        };
    }

    /// <summary>A condition on a single field.</summary>
    /// <param name="key">The field.</param>
    /// <param name="sign">The operator; empty for none.</param>
    /// <param name="value">The value; several with a comma between them.</param>
    public Func<Packet, Answer> Of(NftKey key, string sign, string value)
    {
        if (key.IsFlags && key.Number is { } number)
        {
            return OfFlags(key, number, sign, value);
        }
        Learn(key, value);
        if (sign is "<" or "<=" or ">" or ">=")
        {
            return OfOrder(key, sign, value);
        }
        var values = value.Split(',', StringSplitOptions.TrimEntries);
        return sign is "!=" ? packet => Answers.Any(values.Select(one => key.Fits(packet, one))).Not()
            : packet => Answers.Any(values.Select(one => key.Fits(packet, one)));
    }

    /// <summary>A condition on some bits of a field.</summary>
    public static Func<Packet, Answer> OfBits(NftKey key, string mask, string sign, string value)
    {
        if (key.Number is not { } number || Bits(key, mask) is not { } masked || Bits(key, value) is not { } wanted)
        {
            return _ => Answer.Unknown;
        }
        return packet => number(packet) is not { } bits ? Answer.Unknown
            : Answers.Of(sign == "!=" ? (bits & masked) != wanted : (bits & masked) == wanted);
    }

    private static uint? Bits(NftKey key, string text)
    {
        var bits = 0u;
        foreach (var name in text.Split(['|', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (key.NumberOf(name) is not { } bit)
            {
                return null;
            }
            bits |= bit;
        }
        return text.Length == 0 ? null : bits;
    }

    /// <summary>Flags: any of them without an operator and in a list, exactly these with one.</summary>
    private static Func<Packet, Answer> OfFlags(NftKey key, Func<Packet, uint?> number, string sign, string value)
    {
        if (Bits(key, value) is not { } wanted)
        {
            return _ => Answer.Unknown;
        }
        var isList = value.Contains(',', StringComparison.Ordinal);
        return packet => number(packet) is not { } bits ? Answer.Unknown : Answers.Of(sign switch
        {
            "==" => bits == wanted,
            "!=" when isList => (bits & wanted) == 0,
            "!=" => bits != wanted,
            "!" => (bits & wanted) == 0,
            _ => (bits & wanted) != 0,
        });
    }

    private Func<Packet, Answer> OfOrder(NftKey key, string sign, string value)
    {
        if (!key.IsPort && key.Number is null)
        {
            return _ => Answer.Unknown;
        }
        long? bound = key.IsPort ? services.Parse(value, '-')?.First : key.NumberOf(value);
        if (bound is not { } number)
        {
            return _ => Answer.Unknown;
        }
        long highest = key.IsPort ? Networks.PortRange.MaxPort : uint.MaxValue;
        var (first, last) = sign switch { "<" => (0, number - 1), "<=" => (0, number), ">" => (number + 1, highest),
            _ => (number, highest) };
        var range = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{first}-{last}");
        Learn(key, range);
        return packet => first > last ? Answer.No : key.Fits(packet, range);
    }

    private void Learn(NftKey key, string value)
    {
        if (key.IsInterface && !value.EndsWith('*') && value.Length > 0)
        {
            rules.Interfaces.Add(value);
        }
        if (key.IsPort)
        {
            rules.AddEdges(value.Split(',').Select(one => services.Parse(one.Trim(), '-')).OfType<Networks.PortRange>());
        }
    }
}
