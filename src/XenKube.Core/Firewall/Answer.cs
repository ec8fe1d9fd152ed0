namespace XenKube.Firewall;

/// <summary>Whether a packet fulfils a condition of a rule.</summary>
internal enum Answer
{
    /// <summary>It does not.</summary>
    No,

    /// <summary>It does.</summary>
    Yes,

    /// <summary>Nobody can tell from the rules alone: the condition is not understood, or depends on what happened before.</summary>
    Unknown,
}

/// <summary>Logic with three values.</summary>
internal static class Answers
{
    public static Answer Of(bool value) => value ? Answer.Yes : Answer.No;

    public static Answer Not(this Answer answer) => answer switch { Answer.Yes => Answer.No, Answer.No => Answer.Yes, _ => answer };

    /// <summary>Yes if one of them is, No if all are, else Unknown.</summary>
    public static Answer Any(IEnumerable<Answer> answers)
    {
        var result = Answer.No;
        foreach (var answer in answers)
        {
            if (answer == Answer.Yes)
            {
                return answer;
            }
            result = answer == Answer.Unknown ? answer : result;
        }
        return result;
    }

    /// <summary>No if one of them is, Yes if all are, else Unknown.</summary>
    public static Answer All(IEnumerable<Answer> answers) => Any(answers.Select(Not)).Not();
}
